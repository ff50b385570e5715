using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using PrivacyGrains.Grains.Journaling;
using PrivacyGrains.Protocols.SecureAggregation;

namespace PrivacyGrains.Grains.Rounds;

/// <summary>One participant's masked input stands.</summary>
/// <param name="Party">Whose it is.</param>
/// <param name="Digest">Lower-case hex of SHA-256 over the message.</param>
/// <param name="Message">As it was signed; its words are uniformly random to whoever lacks the masks, so they may lie in a journal.</param>
/// <param name="At">When it was decided.</param>
internal sealed record MaskedInputAdded(string Party, string Digest, byte[] Message, DateTimeOffset At);

/// <summary>The stored form of the entries.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MaskedInputAdded))]
internal sealed partial class AggregatorJson : JsonSerializerContext;

/// <summary>The names of the entries.</summary>
internal static class AggregatorCodec
{
    public static JournalCodec<MaskedInputAdded> Instance { get; } = new JournalCodec<MaskedInputAdded>().With("aggregator.added.v1", AggregatorJson.Default.MaskedInputAdded);
}

/// <summary>The masked inputs of one cohort. Immutable; its rules are pure.</summary>
/// <param name="Inputs">By party, ordinal.</param>
internal sealed record AggregatorState(ImmutableSortedDictionary<string, MaskedInputAdded> Inputs)
{
    /// <summary>No input yet.</summary>
    public static AggregatorState Empty { get; } = new(ImmutableSortedDictionary.Create<string, MaskedInputAdded>(StringComparer.Ordinal));

    /// <summary>The state after one durable entry.</summary>
    public AggregatorState Apply(MaskedInputAdded entry) => new(Inputs.SetItem(entry.Party, entry));

    /// <summary>Adds an input, once for each party.</summary>
    /// <param name="context">The aggregation that the input must be of.</param>
    /// <param name="party">Whose it is said to be.</param>
    /// <param name="message">The signed message.</param>
    /// <param name="now">The time.</param>
    public Decision<MaskedInputAdded> Add(SecureAggregationContext context, string party, ReadOnlyMemory<byte> message, DateTimeOffset now)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(message.Span));
        if (Inputs.TryGetValue(party, out var stands))
        {
            return stands.Digest == digest
                ? Decision<MaskedInputAdded>.Nothing
                : new Refusal("secagg.equivocation", $"{party} has uploaded another masked input for this round. The first one stands.");
        }

        return !MaskedInput.Read(context, message.Span).Try(out var input, out var fault) ? fault.ToRefusal()
            : RoundProtocol.WrongSender(party, input.Receipt.Party) is { } wrong ? wrong.ToRefusal()
            : new MaskedInputAdded(party, digest, message.ToArray(), now);
    }

    /// <summary>The inputs of exactly these parties, or who is missing.</summary>
    public (ImmutableArray<MaskedInputAdded> Inputs, Refusal? Refusal) Take(ImmutableArray<string> parties)
    {
        if (parties.IsDefaultOrEmpty || parties.Distinct(StringComparer.Ordinal).Count() != parties.Length)
        {
            return ([], new Refusal("aggregator.bad-cohort", "A cohort is one or more parties, each once.", RefusalKind.Invalid));
        }

        var missing = parties.Where(p => !Inputs.ContainsKey(p)).ToList();
        return missing.Count == 0
            ? ([.. parties.Select(p => Inputs[p])], null)
            : ([], new Refusal("aggregator.missing", $"There is no masked input of {string.Join(", ", missing)}."));
    }

    /// <summary>The masked sum of inputs that were checked when they were added. CPU-heavy for long vectors.</summary>
    public static byte[] Sum(SecureAggregationContext context, ImmutableArray<MaskedInputAdded> inputs)
    {
        var sum = new MaskedSum(context);
        foreach (var input in inputs)
        {
            sum.Add(MaskedInput.Read(context, input.Message).Value);
        }

        return sum.Encode();
    }
}
