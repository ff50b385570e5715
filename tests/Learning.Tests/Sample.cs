using PrivacyGrains.Learning.Data;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Learning.Tests;

/// <summary>The committed hospitals sample, read from the repository.</summary>
internal static class Sample
{
    private static readonly Lazy<(Table Table, DatasetSchema Schema, LabelledTable All)> Loaded = new(Load);

    public static Table Table => Loaded.Value.Table;

    public static DatasetSchema Schema => Loaded.Value.Schema;

    public static LabelledTable All => Loaded.Value.All;

    private static (Table Table, DatasetSchema Schema, LabelledTable All) Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PrivacyGrains.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the repository's root was not found");
        }

        var sample = Path.Combine(folder.FullName, "samples", "hospitals");
        var lines = File.ReadAllLines(Path.Combine(sample, "patients.csv"));
        Assert.True(Table.TryCreate(lines[0].Split(','), lines.Skip(1).Select(l => (IReadOnlyList<string>)l.Split(',')), out var table, out _));
        Assert.True(DatasetSchema.TryParse(File.ReadAllBytes(Path.Combine(sample, "schema.json")), out var schema, out var fault), fault);
        Assert.True(LabelledTable.TryCreate(table, schema, out var all, out _));
        return (table, schema, all);
    }
}
