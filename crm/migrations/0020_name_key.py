"""The key of a name says what it said, in a tenth of the time: it was half of what writing a customer took.

A query within a function is set up anew for every row that enters the index; a few steps of PL/pgSQL are not.
"""

from django.db import migrations

STEPS = r"""
CREATE OR REPLACE FUNCTION crm_name_key(search_text text) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
DECLARE
  plain text := search_text;
  words text[];
  word text;
  place integer;
BEGIN
  IF search_text ~ '[㐀-鿿]' THEN  -- behind a Chinese name stand its pinyin and initials
    words := string_to_array(search_text, ' ');
    plain := array_to_string(words[:cardinality(words) - 2], ' ');
  END IF;
  words := string_to_array(plain, CASE WHEN plain ~ ' |^[ -~]*$' THEN ' ' END);
  FOR n IN 2 .. cardinality(words) LOOP
    word := words[n];
    place := n;
    WHILE place > 1 AND words[place - 1] COLLATE "C" > word COLLATE "C" LOOP
      words[place] := words[place - 1];
      place := place - 1;
    END LOOP;
    words[place] := word;
  END LOOP;
  RETURN CASE WHEN cardinality(words) > 0 THEN array_to_string(words, ' ') END;
END $function$;
DROP FUNCTION crm_plain_name(text);
"""
QUERY = r"""
CREATE FUNCTION crm_plain_name(search_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
  SELECT CASE WHEN search_text ~ '[㐀-鿿]'
    THEN array_to_string((string_to_array(search_text, ' '))[:cardinality(string_to_array(search_text, ' ')) - 2], ' ')
    ELSE search_text END;
$function$;
CREATE OR REPLACE FUNCTION crm_name_key(search_text text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $function$
  SELECT string_agg(w, ' ' ORDER BY w COLLATE "C")
  FROM (SELECT public.crm_plain_name(search_text) AS plain) AS n,
    unnest(string_to_array(n.plain, CASE WHEN n.plain ~ ' |^[ -~]*$' THEN ' ' END)) AS w;
$function$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0019_case_papers")]
    operations = [migrations.RunSQL(STEPS, QUERY)]
