using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.SecureAggregation;

/// <summary>A client that gave its masked input and waits to hear who survived.</summary>
public sealed class MaskedClient : ClientPhase
{
    internal MaskedClient(SecureAggregationContext context, int index, SigningKey signer, ClientSecrets secrets, byte[] message)
        : base(context, index, signer, secrets, message)
    {
    }

    /// <summary>Checks the survivor set U3 and signs it, once (figure 4, round 3).</summary>
    /// <param name="survivorList">The server's survivor set, as it came.</param>
    /// <returns>
    /// The next state with its message; or a fault: <c>secagg.too-few</c>, <c>secagg.not-in-cohort</c> (someone who shared no keys with this client),
    /// <c>secagg.excluded</c> (this client itself is not among them: it has dropped out), <c>secagg.already-answered</c> for a second set.
    /// </returns>
    public Checked<ConfirmedClient> ConfirmSurvivors(ReadOnlySpan<byte> survivorList)
    {
        if (!Secrets().Try(out var secrets, out var fault) || !SurvivorMessages.ReadSurvivors(Context, survivorList).Try(out var survivors, out fault))
        {
            return fault;
        }

        if (survivors.FirstOrDefault(survivor => !secrets.Held.ContainsKey(survivor), -1) is >= 0 and var stranger)
        {
            return new ProtocolFault("secagg.not-in-cohort", null, "survivors that shared keys", $"{Context.Name(stranger)}");
        }

        if (survivors.Length < Context.Parameters.MinimumCohort)
        {
            return TooFew("survivors", survivors.Length);
        }

        if (!survivors.Contains(Index))
        {
            return new ProtocolFault("secagg.excluded", Self, "this client among the survivors", Context.Names(survivors));
        }

        return new ConfirmedClient(
            Context, Index, Signer, Move(), survivors, SurvivorMessages.WriteConfirmation(Context, Index, survivors, Signer));
    }
}
