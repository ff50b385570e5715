using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Sessions;

/// <summary>Who provides one input of a joint inference.</summary>
/// <param name="Slot">Its name within the session, as <c>features.0</c> or <c>weights</c>; 1 to 64 bytes.</param>
/// <param name="Party">Who provides it.</param>
/// <param name="Columns">For features: how many columns it brings, in the plan's order; 0 for weights.</param>
/// <param name="Counted">Whether its party's ledger counts a disclosure for it.</param>
/// <param name="PublicDigest">For an input that all sides know: <see cref="PublicInputs.Digest"/> of it. Null for one that is shared.</param>
public sealed record StatementInput(string Slot, PartyId Party, int Columns, bool Counted, string? PublicDigest = null);

/// <summary>What a joint inference is, in one canonical form: its digest goes into the roster, and so into every key, signature and charge of the session.</summary>
/// <remarks>Public. It says what is computed, by whom, from whose inputs, for whom, and which quota counts it: nothing of this can change unseen once a member has signed.</remarks>
public sealed record InferenceStatement
{
    private const string Kind = "inference.statement";
    private const string ReceiverDomain = "inference.receiver";

    /// <summary>Canonical bytes of the plan.</summary>
    public required ReadOnlyMemory<byte> Plan { get; init; }

    /// <summary>The compute parties, ascending: the order of their share index.</summary>
    public required ImmutableArray<PartyId> ComputeParties { get; init; }

    /// <summary>Who deals.</summary>
    public required PartyId Dealer { get; init; }

    /// <summary>Every input; features in the order of their columns.</summary>
    public required ImmutableArray<StatementInput> Inputs { get; init; }

    /// <summary>Who learns the outputs.</summary>
    public required PartyId Receiver { get; init; }

    /// <summary>The receiver's key for this session.</summary>
    public required AgreementPublicKey ReceiverKey { get; init; }

    /// <summary>The quota's name.</summary>
    public required string Disclosure { get; init; }

    /// <summary>The name of the ledger that counts it at each counted party.</summary>
    public required string Budget { get; init; }

    /// <summary>For an opening, which computes nothing: the compute parties are to hold the weights from then on, under these terms of their owner, who is the receiver. Null otherwise.</summary>
    public WeightTerms? Opening { get; init; }

    /// <summary>For a session over weights that its compute parties hold: which. Null otherwise.</summary>
    public HeldWeights? Held { get; init; }

    /// <summary>SHA-256 over the canonical form.</summary>
    public byte[] Digest()
    {
        var writer = new WireWriter(Kind, 2).Bytes(Plan.Span).Int32(ComputeParties.Length);
        foreach (var party in ComputeParties)
        {
            writer.Text(party.Value);
        }

        writer.Text(Dealer.Value).Int32(Inputs.Length);
        foreach (var input in Inputs)
        {
            writer.Text(input.Slot).Text(input.Party.Value).Int32(input.Columns).Byte(input.Counted ? (byte)1 : (byte)0).Text(input.PublicDigest ?? string.Empty);
        }

        writer.Text(Receiver.Value).Bytes(ReceiverKey.Point.Span).Text(Disclosure).Text(Budget).Byte((byte)((Opening is null ? 0 : 1) | (Held is null ? 0 : 2)));
        Opening?.Write(writer);
        if (Held is { } held)
        {
            writer.Text(held.Opening.Value).UInt64(checked((ulong)held.Epoch));
        }

        return SHA256.HashData(writer.Written.Span);
    }

    /// <summary>The receiver's consent: without it, a coordinator could name a key of its own.</summary>
    /// <param name="session">The session.</param>
    /// <param name="key">The receiver's roster key.</param>
    public byte[] SignAsReceiver(SessionId session, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(ReceiverDomain, ReceiverBody(session));
    }

    /// <summary>Checks the receiver's consent.</summary>
    /// <param name="session">The session.</param>
    /// <param name="receiver">The receiver's pinned key.</param>
    /// <param name="signature">As it came.</param>
    /// <returns>Null, or the fault.</returns>
    public ProtocolFault? VerifyReceiver(SessionId session, VerificationKey receiver, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        return receiver.Verify(ReceiverDomain, ReceiverBody(session), signature)
            ? null
            : new ProtocolFault("inference.wrong-receiver-signature", Receiver, $"a consent signed by {receiver}", "another signature");
    }

    /// <summary>The roles that a party has in this inference.</summary>
    public RosterRoles RolesOf(PartyId party) =>
        (ComputeParties.Contains(party) ? RosterRoles.Compute : RosterRoles.None)
        | (Dealer == party ? RosterRoles.Dealer : RosterRoles.None)
        | (Inputs.Any(input => input.Party == party) ? RosterRoles.Contributor : RosterRoles.None)
        | (Receiver == party ? RosterRoles.Receiver : RosterRoles.None);

    /// <summary>Makes the session's roster: everybody whom this statement names, with these keys.</summary>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="session">The session.</param>
    /// <param name="keys">The members' pinned keys.</param>
    /// <returns>The roster, or the fault: a party without a key, a dealer with another role, a party named twice.</returns>
    public Checked<Roster> MakeRoster(string consortium, long epoch, SessionId session, IReadOnlyDictionary<PartyId, VerificationKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (ComputeParties.Length < 2 || ComputeParties.Zip(ComputeParties.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            return new ProtocolFault("inference.invalid-parties", null, "at least two different compute parties in ascending order", $"{ComputeParties.Length} names");
        }

        if (Inputs.Any(input => input.Slot is not { Length: >= 1 and <= 64 }) || Inputs.Select(input => input.Slot).Distinct(StringComparer.Ordinal).Count() != Inputs.Length)
        {
            return new ProtocolFault("inference.invalid-inputs", null, "inputs with different names of 1 to 64 characters", $"{Inputs.Length} inputs");
        }

        if (RolesOf(Dealer) != RosterRoles.Dealer)
        {
            return new ProtocolFault("inference.dealer-has-another-role", Dealer, "a dealer that computes, provides and receives nothing", $"{RolesOf(Dealer)}");
        }

        var members = new List<RosterMember>();
        foreach (var party in ComputeParties.Append(Dealer).Append(Receiver).Concat(Inputs.Select(input => input.Party)).Distinct())
        {
            if (!keys.TryGetValue(party, out var key))
            {
                return new ProtocolFault("roster.unknown-member", party, "a member of the consortium", "another party");
            }

            members.Add(new RosterMember(party, RolesOf(party), key));
        }

        return Roster.Check(
            new RosterTerms
            {
                Consortium = consortium,
                Epoch = epoch,
                Session = session,
                Purpose = "inference",
                ReconstructionThreshold = ComputeParties.Length,
                CorruptionThreshold = ComputeParties.Length - 1,
                MinimumCohort = 0,
                ComputationDigest = Digest(),
            },
            members);
    }

    private ReadOnlySpan<byte> ReceiverBody(SessionId session) => new WireWriter(ReceiverDomain, 1).Text(session.Value).Bytes(Digest()).Written.Span;
}
