"""The first prices, from prices.json; what stands in the table afterwards is the administrator's."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

PRICES = Path(__file__).resolve().parent.parent / "prices.json"


def seed(apps, schema_editor):
    told = json.loads(PRICES.read_text())
    Price = apps.get_model("stats", "Price")
    Price.objects.bulk_create(
        [
            Price(
                model=model,
                input_usd=input_usd,
                output_usd=output_usd,
                source=told["source"],
                as_of=date.fromisoformat(told["as_of"]),
            )
            for model, (input_usd, output_usd) in told["usd_per_million_tokens"].items()
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("stats", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
