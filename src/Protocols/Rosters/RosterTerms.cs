namespace PrivacyGrains.Protocols.Rosters;

/// <summary>What the members of a roster agree on, unchecked; <see cref="Roster.Create"/> and <see cref="Roster.Check"/> check it. All public.</summary>
public sealed record RosterTerms
{
    /// <summary>The one suite that exists: ECDSA and ECDH over P-256, HKDF-SHA256, AES-128-GCM.</summary>
    public const string P256Suite = "p256-hkdfsha256-aes128gcm-v1";

    /// <summary>The consortium: 1 to 64 characters as of <see cref="PartyId"/>.</summary>
    public required string Consortium { get; init; }

    /// <summary>The consortium's epoch, from 0; it grows with every change of members or keys and with every restored backup.</summary>
    public required long Epoch { get; init; }

    /// <summary>The session or round (job, round and attempt); never used twice.</summary>
    public required SessionId Session { get; init; }

    /// <summary>The suite of signatures, exchange and encryption; there is no fallback.</summary>
    public string Suite { get; init; } = P256Suite;

    /// <summary>What the session is for, as <c>inference</c> or <c>training-round</c>: 1 to 128 bytes.</summary>
    public required string Purpose { get; init; }

    /// <summary>How many members reconstruct a shared secret; 0 where nothing is shared.</summary>
    public required int ReconstructionThreshold { get; init; }

    /// <summary>How many members learn nothing together; below the reconstruction threshold where there is one.</summary>
    public required int CorruptionThreshold { get; init; }

    /// <summary>How many contributors a published result needs at least; 0 where nothing is aggregated.</summary>
    public required int MinimumCohort { get; init; }

    /// <summary>Digest of the computation's canonical description (plan, model version, strategy, parameters): 32 bytes.</summary>
    public required ReadOnlyMemory<byte> ComputationDigest { get; init; }
}
