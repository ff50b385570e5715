using System.Collections.Immutable;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>A client that signed the survivor set and waits for the others' signatures.</summary>
public sealed class ConfirmedClient : ClientPhase
{
    private readonly ImmutableArray<int> _survivors;

    internal ConfirmedClient(
        SecureAggregationContext context, int index, SigningKey signer, ClientSecrets secrets, ImmutableArray<int> survivors, byte[] message)
        : base(context, index, signer, secrets, message) => _survivors = survivors;

    /// <summary>Whose sum would be opened: what the caller compares with the committed charge before it unmasks.</summary>
    public IReadOnlyList<PartyId> Survivors => [.. _survivors.Select(Context.Name)];

    /// <summary>Checks that enough survivors signed the same set, and answers with one share for each client, once (figure 4, round 4).</summary>
    /// <param name="confirmationList">The server's list of signatures, as it came.</param>
    /// <returns>
    /// The last state with its message; or a fault: <c>secagg.too-few-confirmations</c>, <c>secagg.survivors-differ</c> (the server showed another set to
    /// somebody), <c>secagg.wrong-signature</c>, <c>secagg.not-in-cohort</c>, <c>secagg.already-answered</c>.
    /// </returns>
    /// <remarks>
    /// For a survivor the share of b, for one that dropped out the share of s^SK: never both of one client, since the set was fixed by the own signature and
    /// this state answers once. The caller checks beforehand that a charge for this release is committed; that is no part of the protocol.
    /// </remarks>
    public Checked<UnmaskedClient> Unmask(ReadOnlySpan<byte> confirmationList)
    {
        if (!Secrets().Try(out var secrets, out var fault)
            || !SurvivorMessages.ReadConfirmations(Context, confirmationList, _survivors).Try(out var confirmed, out fault))
        {
            return fault;
        }

        if (confirmed.Count < Context.Parameters.ReconstructionThreshold)
        {
            return new ProtocolFault(
                "secagg.too-few-confirmations", null, $"signatures by {Context.Parameters.ReconstructionThreshold} survivors", $"{confirmed.Count}");
        }

        var shares = new SortedDictionary<int, (ShareKind, byte[])>();
        foreach (var (owner, pair) in secrets.Held)
        {
            shares.Add(owner, _survivors.Contains(owner) ? (ShareKind.Seed, pair.Seed) : (ShareKind.Key, pair.Key));
        }

        var message = UnmaskMessage.Write(Context, Index, shares, Signer);
        var spent = Move();
        spent.Dispose();
        return new UnmaskedClient(Context, Index, Signer, spent, message);
    }
}

/// <summary>A client that answered the last phase; it holds no secret any more.</summary>
public sealed class UnmaskedClient : ClientPhase
{
    internal UnmaskedClient(SecureAggregationContext context, int index, SigningKey signer, ClientSecrets spent, byte[] message)
        : base(context, index, signer, spent, message)
    {
    }
}
