"""Pauses, the mode `once`, and the first words of each preset.

The body is moved behind the words: SQLite reads through a large body to what comes after it.
"""

from django.db import migrations, models

from apps.wire.first_words import first_words

CHUNK = 500


def move_bodies(apps, schema_editor):
    preset = apps.get_model("queues", "Preset")
    moved = []
    for row in preset.objects.only("id", "moved").iterator(chunk_size=CHUNK):
        row.body, row.words = row.moved, first_words(row.moved.encode())
        moved.append(row)
        if len(moved) == CHUNK:
            preset.objects.bulk_update(moved, ["body", "words"], batch_size=100)
            moved.clear()
    preset.objects.bulk_update(moved, ["body", "words"], batch_size=100)


class Migration(migrations.Migration):
    dependencies = [("queues", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("caller", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            model_name="fallback",
            name="mode",
            field=models.CharField(
                choices=[("manual", "Manual"), ("once", "Once"), ("auto", "Auto"), ("refuse", "Refuse")],
                max_length=8,
            ),
        ),
        migrations.RenameField(model_name="preset", old_name="body", new_name="moved"),
        migrations.AddField(
            model_name="preset",
            name="words",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="preset", name="body", field=models.TextField(default=""), preserve_default=False
        ),
        migrations.RunPython(move_bodies),
        migrations.RemoveField(model_name="preset", name="moved"),
    ]
