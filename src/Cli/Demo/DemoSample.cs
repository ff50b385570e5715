using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using PrivacyGrains.Client.Csv;
using PrivacyGrains.Learning.Data;
using PrivacyGrains.Privacy.Queries;

namespace PrivacyGrains.Cli.Demo;

/// <summary>The patients (<c>samples/hospitals</c>, carried within the command), and who has which of them.</summary>
/// <remarks>Only the demo sees all of them at once: to split them, and to compare what comes out with what would have come of pooling.</remarks>
internal sealed class DemoSample
{
    private readonly Table _table;
    private readonly HospitalSplit _split;

    private DemoSample(Table table, DatasetSchema schema, HospitalSplit split)
    {
        _table = table;
        _split = split;
        Schema = schema;
        Hospitals = [.. split.Hospitals.Select(rows => Labelled(table.Select(rows), schema))];
        HeldOut = Labelled(table.Select(split.HeldOut), schema);
    }

    /// <summary>What the hospitals agree on: label, features, public ranges.</summary>
    public DatasetSchema Schema { get; }

    /// <summary>Each hospital's patients.</summary>
    public ImmutableArray<LabelledTable> Hospitals { get; }

    /// <summary>Patients that nobody trains on.</summary>
    public LabelledTable HeldOut { get; }

    /// <summary>Reads the sample and splits it.</summary>
    /// <param name="seed">Fixes the split.</param>
    public static DemoSample Load(int seed)
    {
        using var text = new StreamReader(Open("patients.csv"), Encoding.UTF8);
        var csv = CsvTable.Read(text, "patients.csv");
        var rows = Enumerable.Range(0, csv.Rows).Select(row => (IReadOnlyList<string>)[.. csv.Header.Select(column => csv.Text(row, column))]);
        using var json = new MemoryStream();
        using (var stream = Open("schema.json"))
        {
            stream.CopyTo(json);
        }

        if (!Table.TryCreate(csv.Header, rows, out var table, out var fault))
        {
            throw new InvalidDataException(fault.Message);
        }

        return DatasetSchema.TryParse(json.ToArray(), out var schema, out var wrong)
            ? new DemoSample(table, schema, HospitalSplit.Create(table, schema, DemoCast.Hospitals.Length, DemoCast.HeldOut, seed))
            : throw new InvalidDataException(wrong);
    }

    /// <summary>One hospital's records as a CSV file.</summary>
    /// <param name="hospital">From 0.</param>
    public string RecordsOf(int hospital) => Csv(_table.Select(_split.Hospitals[hospital]), _table.Columns);

    /// <summary>Some columns of the held-out patients as a CSV file: what one of the hospitals that know a part of them holds.</summary>
    public string HeldOutColumns(IReadOnlyList<string> columns) => Csv(_table.Select(_split.HeldOut), columns);

    /// <summary>How many patients of some hospitals are malignant: the truth behind the published count.</summary>
    public double MalignantOf(IReadOnlyList<string> hospitals) => Places(hospitals).Sum(place => Enumerable.Range(0, Hospitals[place].RowCount).Count(row => Hospitals[place].Label(row) == 1));

    /// <summary>The mean of a column over some hospitals: the truth behind the published mean.</summary>
    public double MeanOf(string column, IReadOnlyList<string> hospitals) => _table.TryNumbers(column, out var numbers, out var fault)
        ? Places(hospitals).SelectMany(place => _split.Hospitals[place]).Average(row => numbers[row])
        : throw new InvalidDataException(fault.Message);

    private static IEnumerable<int> Places(IReadOnlyList<string> hospitals) => hospitals.Select(name => DemoCast.Hospitals.IndexOf(name));

    private static string Csv(Table table, IReadOnlyList<string> columns)
    {
        var places = columns.Select(table.IndexOf).ToArray();
        var text = new StringBuilder().AppendJoin(',', columns).Append('\n');
        for (var row = 0; row < table.RowCount; row++)
        {
            text.AppendJoin(',', places.Select(place => table.Text(row, place))).Append('\n'); // the sample has no cell that needs quotes
        }

        return text.ToString();
    }

    private static LabelledTable Labelled(Table rows, DatasetSchema schema) =>
        LabelledTable.TryCreate(rows, schema, out var labelled, out var fault) ? labelled : throw new InvalidDataException(fault.Message);

    private static Stream Open(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream($"hospitals/{name}") ?? throw new InvalidOperationException($"The command was built without samples/hospitals/{name}.");
}
