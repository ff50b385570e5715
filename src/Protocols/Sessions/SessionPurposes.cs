using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sessions;

/// <summary>What the sealed messages of a joint inference are called: each name is bound into its seal.</summary>
public static class SessionPurposes
{
    /// <summary>The dealer's correlated randomness for one side.</summary>
    public const string Correlations = "inference.correlations";

    /// <summary>One side's share of the outputs, for the receiver.</summary>
    public const string Output = "inference.output";

    private const string TranscriptDomain = "inference.transcript";

    /// <summary>A share of one input, for one side.</summary>
    public static string Input(string slot) => "inference.input/" + slot;

    /// <summary>A lot of correlated randomness for one party, dealt ahead.</summary>
    public static string Lot(SessionId lot) => "stock.lot/" + lot.Value;

    /// <summary>A side's signature over the transcript that its output came from.</summary>
    /// <param name="roster">The session's roster.</param>
    /// <param name="transcriptHash">SHA-256 over the side's channels' transcripts.</param>
    /// <param name="sealedOutput">Its sealed output.</param>
    /// <param name="key">Its roster key.</param>
    public static byte[] SignTranscript(Roster roster, ReadOnlySpan<byte> transcriptHash, ReadOnlySpan<byte> sealedOutput, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(TranscriptDomain, Body(roster, transcriptHash, sealedOutput));
    }

    /// <summary>Checks a side's signature over its transcript.</summary>
    /// <param name="roster">The session's roster.</param>
    /// <param name="side">Whose.</param>
    /// <param name="transcriptHash">As it came.</param>
    /// <param name="sealedOutput">As it came.</param>
    /// <param name="signature">As it came.</param>
    /// <returns>Null, or the fault.</returns>
    public static ProtocolFault? VerifyTranscript(Roster roster, PartyId side, ReadOnlySpan<byte> transcriptHash, ReadOnlySpan<byte> sealedOutput, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(roster);
        return roster.Find(side) is { } member && member.Key.Verify(TranscriptDomain, Body(roster, transcriptHash, sealedOutput), signature)
            ? null
            : new ProtocolFault("inference.wrong-transcript-signature", side, $"a transcript signed by {side}", "another signature");
    }

    private static ReadOnlySpan<byte> Body(Roster roster, ReadOnlySpan<byte> transcriptHash, ReadOnlySpan<byte> sealedOutput)
    {
        ArgumentNullException.ThrowIfNull(roster);
        return new WireWriter(TranscriptDomain, 1).Bytes(roster.Digest.Span).Bytes(transcriptHash).Bytes(SHA256.HashData(sealedOutput)).Written.Span;
    }
}
