using System.Text.Json;
using System.Text.Json.Serialization;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Sessions;

namespace PrivacyGrains.Grains.Inference;

/// <summary>Turns the terms, which carry primitives, into what the protocol works with.</summary>
internal static class InferenceTermsForm
{
    /// <summary>Two terms with the same bytes are the same terms.</summary>
    public static byte[] Bytes(InferenceTerms terms) => JsonSerializer.SerializeToUtf8Bytes(terms, InferenceTermsJson.Default.InferenceTerms);

    /// <summary>Checks every name and key.</summary>
    /// <returns>The statement, or a refusal that names the field.</returns>
    public static (InferenceStatement? Statement, Refusal? Refusal) Statement(InferenceTerms terms)
    {
        if (!AgreementPublicKey.TryCreate(terms.ReceiverKey.Span, out var receiverKey))
        {
            return (null, Invalid("receiverKey", "an uncompressed point on P-256 (65 bytes)"));
        }

        if (terms.TimeoutSeconds is not (> 0 and <= 3600))
        {
            return (null, Invalid("timeoutSeconds", "greater than 0 and at most 3600"));
        }

        if (terms.Inputs.IsDefaultOrEmpty || terms.ComputeParties.IsDefaultOrEmpty)
        {
            return (null, Invalid("inputs and computeParties", "not empty"));
        }

        var names = terms.ComputeParties.Append(terms.Dealer).Append(terms.Receiver).Concat(terms.Inputs.Select(input => input.Party));
        if (names.FirstOrDefault(name => !PartyId.TryCreate(name, out _)) is { } wrong)
        {
            return (null, Invalid("parties", $"names of parties; '{wrong}' is none"));
        }

        var (opening, held) = (terms.Opening, terms.Held);
        if (opening is not null && (opening.Receivers.IsDefault || opening.Receivers.Any(name => !PartyId.TryCreate(name, out _)) || opening.Sessions < 1 || opening.Until < 0))
        {
            return (null, Invalid("opening", "terms with names of parties, at least one session and an end"));
        }

        if (held is not null && (!SessionId.TryCreate(held.Opening, out _) || held.Epoch < 0))
        {
            return (null, Invalid("held", "an opening's session and its epoch"));
        }

        return (new InferenceStatement
        {
            Plan = terms.Plan,
            ComputeParties = [.. terms.ComputeParties.Select(PartyId.Create)],
            Dealer = PartyId.Create(terms.Dealer),
            Inputs = [.. terms.Inputs.Select(input => new StatementInput(input.Slot, PartyId.Create(input.Party), input.Columns.Length, input.Counted, input.PublicDigest))],
            Receiver = PartyId.Create(terms.Receiver),
            ReceiverKey = receiverKey,
            Disclosure = terms.Disclosure,
            Budget = terms.Budget,
            Opening = opening is null ? null : new WeightTerms([.. opening.Receivers.Select(PartyId.Create)], opening.Sessions, opening.Until),
            Held = held is null ? null : new HeldWeights(SessionId.Create(held.Opening), held.Epoch),
        }, null);
    }

    /// <summary>A fault of the protocol as a refusal.</summary>
    public static Refusal AsRefusal(this ProtocolFault fault, RefusalKind kind = RefusalKind.Invalid) => new(fault.Code, fault.Explanation, kind);

    private static Refusal Invalid(string field, string expected) => new("inference.invalid-terms", $"{field} must be {expected}.", RefusalKind.Invalid);
}

/// <summary>JSON of the terms.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InferenceTerms))]
internal sealed partial class InferenceTermsJson : JsonSerializerContext;
