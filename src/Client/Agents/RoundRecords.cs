using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Parties;

namespace PrivacyGrains.Client.Agents;

/// <summary>What a party must not forget about a round that it takes part in. Public, but for nobody else.</summary>
/// <param name="Session">The round's session; the charge's id.</param>
/// <param name="Owner">The job or query.</param>
/// <param name="Number">The round's number.</param>
/// <param name="Budget">Which budget is charged.</param>
/// <param name="Binding">What the charge is bound to.</param>
/// <param name="IsCharged">Whether there is a charge at all.</param>
/// <param name="Status">Of <see cref="RoundRecord"/>'s constants.</param>
/// <param name="Outcome">The charge's last status once settled; empty before.</param>
internal sealed record RoundRecord(string Session, string Owner, int Number, string Budget, string Binding, bool IsCharged, string Status, string Outcome = "")
{
    /// <summary>Written before the charge is reserved. Nothing that could open anything has left.</summary>
    public const string Joined = "joined";

    /// <summary>Written before the charge is committed, and so before the masked input is sent.</summary>
    public const string Paying = "paying";

    /// <summary>The charge has found its end.</summary>
    public const string Settled = "settled";
}

/// <summary>The rounds that a party has ever joined: a file for each, written whole, flushed, and then put in place.</summary>
/// <remarks>A round that has a record is never joined again: a party answers a step once, and its keys of that round were in memory only.</remarks>
internal sealed class RoundRecords
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RoundRecord> _open = new(StringComparer.Ordinal);
    private readonly string _folder;

    private RoundRecords(string folder) => _folder = folder;

    /// <summary>Reads what a party's folder holds.</summary>
    /// <param name="partyFolder">The party's folder.</param>
    /// <exception cref="InputException"><c>agent.bad-record</c>.</exception>
    public static RoundRecords Open(string partyFolder)
    {
        var records = new RoundRecords(Path.Combine(partyFolder, "agent", "rounds"));
        foreach (var file in Directory.Exists(records._folder) ? Directory.EnumerateFiles(records._folder, "*.json") : [])
        {
            if (Read(file) is { Status: not RoundRecord.Settled } open)
            {
                records._open.Add(open.Session, open);
            }
        }

        return records;
    }

    /// <summary>Whether a session was ever joined.</summary>
    /// <param name="session">A checked session's name.</param>
    public bool Has(string session) => File.Exists(PathOf(session));

    /// <summary>Makes a record durable.</summary>
    /// <param name="record">As it is from now on.</param>
    public void Save(RoundRecord record)
    {
        SecretFile.Write(PathOf(record.Session), JsonSerializer.Serialize(record, RoundRecordJson.Default.RoundRecord));
        lock (_gate)
        {
            _ = record.Status == RoundRecord.Settled ? _open.Remove(record.Session) : (_open[record.Session] = record) is not null;
        }
    }

    /// <summary>What is not settled, in no order.</summary>
    public IReadOnlyList<RoundRecord> Unsettled()
    {
        lock (_gate)
        {
            return [.. _open.Values];
        }
    }

    private string PathOf(string session) => Path.Combine(_folder, $"{session}.json");

    private static RoundRecord Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), RoundRecordJson.Default.RoundRecord) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new InputException("agent.bad-record", $"{file} is damaged: {e.Message} Restore it, or look the charge up in the budget, settle it there, and remove the file.", e);
        }
    }
}

/// <summary>The generated serializer of records.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RoundRecord))]
internal sealed partial class RoundRecordJson : JsonSerializerContext;
