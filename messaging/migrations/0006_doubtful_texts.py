"""Where texts are of which nobody knows whether they went: beat asks before any organisation is known."""

from django.db import migrations

DOUBTFUL = """
CREATE FUNCTION organisations_with_doubtful_texts(at_most integer)
  RETURNS TABLE (organisation_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.id
  FROM tenancy_organisation o
  WHERE EXISTS (
    SELECT FROM messaging_message d
    WHERE d.organisation_id = o.id
      AND d.state IN ('sending', 'uncertain')
      AND d.due_at <= now()
  )
  LIMIT at_most
$$;

ALTER FUNCTION organisations_with_doubtful_texts(integer) OWNER TO yinjian_door;
REVOKE ALL ON FUNCTION organisations_with_doubtful_texts(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION organisations_with_doubtful_texts(integer) TO yinjian_serving;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_text_messages")]

    operations = [migrations.RunSQL(DOUBTFUL, "DROP FUNCTION organisations_with_doubtful_texts(integer);")]
