import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
        ("journal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Typed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.IntegerField()),
                ("frame", models.TextField()),
                ("is_last", models.BooleanField(default=False)),
                ("size_bytes", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "exchange",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="journal.exchange"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "typed",
                "indexes": [
                    models.Index(condition=models.Q(("seq", 1)), fields=["exchange"], name="typed_first")
                ],
                "constraints": [models.UniqueConstraint(fields=("exchange", "seq"), name="typed_once")],
            },
        ),
    ]
