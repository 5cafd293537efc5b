"""The WeChat official account on the wire: what is asked, what is answered, what WeChat pushes to us. Knows no database."""
