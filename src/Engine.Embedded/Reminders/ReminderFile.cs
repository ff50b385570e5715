using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Reminders;

/// <summary>One reminder as it is kept.</summary>
internal sealed record ReminderRow(string Grain, string Key, string Name, DateTimeOffset FirstTick, TimeSpan Period)
{
    internal bool IsOf(GrainId grain, string name) => GrainId.Create(Grain, Key) == grain && Name == name;
}

/// <summary>The reminders of a silo in one small JSON file, replaced as a whole.</summary>
internal sealed class ReminderFile(string folder)
{
    private readonly string _path = Path.Combine(folder, "reminders.json");

    internal async Task<IReadOnlyList<ReminderRow>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
            return [];

        await using var stream = File.OpenRead(_path);
        try
        {
            return await JsonSerializer.DeserializeAsync(stream, ReminderJson.Default.ListReminderRow, cancellationToken) ?? [];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{_path} is damaged. Restore it from a backup, or delete it: grains set their reminders anew.", exception);
        }
    }

    /// <summary>Writes beside, flushes to the disk, and renames over: a crash leaves the old file or the new one.</summary>
    internal async Task WriteAsync(List<ReminderRow> rows)
    {
        Directory.CreateDirectory(folder);
        var next = _path + ".next";
        await using (var stream = File.Create(next))
        {
            await JsonSerializer.SerializeAsync(stream, rows, ReminderJson.Default.ListReminderRow);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
    }
}

[JsonSerializable(typeof(List<ReminderRow>))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class ReminderJson : JsonSerializerContext;
