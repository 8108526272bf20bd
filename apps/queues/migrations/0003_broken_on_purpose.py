"""Matches, faults, spreads, templates and sequences.

The body is moved behind them: SQLite reads through a large body to what comes after it.
"""

from django.db import migrations, models
from django.db.models import F, Q


def move_bodies(apps, schema_editor):
    apps.get_model("queues", "Preset").objects.update(body=F("moved"))


def _text():
    return models.TextField(blank=True, default="", db_default="")


class Migration(migrations.Migration):
    dependencies = [("queues", "0002_pause_once_words")]

    operations = [
        migrations.RenameField(model_name="preset", old_name="body", new_name="moved"),
        *[
            migrations.AddField(model_name="preset", name=name, field=field)
            for name, field in (
                ("match", _text()),
                ("fault", models.CharField(blank=True, default="", db_default="", max_length=200)),
                ("spread", _text()),
                ("kind", models.CharField(blank=True, default="", db_default="", max_length=8)),
                ("given", models.IntegerField(db_default=0, default=0)),
            )
        ],
        migrations.AddField(
            model_name="preset", name="body", field=models.TextField(default=""), preserve_default=False
        ),
        migrations.RunPython(move_bodies),
        migrations.RemoveField(model_name="preset", name="moved"),
        migrations.AddIndex(
            model_name="preset",
            index=models.Index(fields=["caller", "position"], condition=~Q(match=""), name="preset_matches"),
        ),
    ]
