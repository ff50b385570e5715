using System.Collections.Immutable;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Budgets;
using PrivacyGrains.Messages.Inferences;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Inference;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sessions;
using PrivacyGrains.Protocols.Sharing;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Client.Inferences;

/// <summary>One party's part in joint inferences: asks for scores, gives inputs as sealed shares, opens the outputs that are its own.</summary>
/// <remarks>
/// Splitting and sealing happen here, on the caller's side; the gateway and the coordinator see sealed bytes. Members' keys are held against the folder's pins,
/// and everything that the coordinator says of a session is checked against the roster that all its members have signed.
/// </remarks>
/// <param name="folder">The party's folder.</param>
/// <param name="client">Its connection.</param>
/// <param name="random">Where shares take their randomness from; null for the system's generator.</param>
public sealed partial class JointInference(PartyFolder folder, GatewayClient client, IRandomSource? random = null)
{
    private readonly PartyId _self = PartyId.Create(folder.Pins.Party);

    /// <summary>Asks for a joint inference whose outputs this party alone will learn.</summary>
    /// <param name="session">A new session name.</param>
    /// <param name="question">What to compute, by whom, from whose inputs.</param>
    /// <param name="cancel">Cancels the request.</param>
    /// <returns>What is needed to open the outputs. Holds the session's key in memory only: dispose it when the outputs are read.</returns>
    /// <exception cref="GatewayException">A refusal, by its code.</exception>
    public async Task<InferenceAsk> AskAsync(string session, InferenceQuestion question, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        var consortium = await client.Parties.ConsortiumAsync(cancel);
        folder.Observe(consortium);
        var key = AgreementKey.Create();
        try
        {
            var statement = new InferenceStatement
            {
                Plan = question.Plan.ToBytes(),
                ComputeParties = [.. question.ComputeParties.Select(PartyId.Create).Order()],
                Dealer = PartyId.Create(question.Dealer),
                Inputs = [.. question.Inputs.Select(input => new StatementInput(input.Slot, PartyId.Create(input.Party), input.Columns.Count, input.Counted, input.PublicDigest))],
                Receiver = _self,
                ReceiverKey = key.PublicKey,
                Disclosure = question.Disclosure,
                Budget = question.Budget,
                Opening = TermsOf(question.Opening),
                Held = HeldOf(question.Held),
            };
            using var signer = folder.LoadSigningKey();
            var terms = new InferenceTermsBody(
                consortium.Epoch, statement.Plan.ToArray(), [.. statement.ComputeParties.Select(party => party.Value)], question.Dealer, question.Inputs, _self.Value,
                key.PublicKey.Point.ToArray(), statement.SignAsReceiver(SessionId.Create(session), signer), question.Disclosure, question.Budget, question.TimeoutSeconds,
                question.Opening, question.Held);
            var body = await client.Inferences.CreateAsync(session, terms, cancel);
            return new InferenceAsk(session, question.Plan, statement, key, body);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Gives one input: charges the disclosure at home where it is counted, splits, seals a share to every side, signs and sends.</summary>
    /// <param name="session">The session, awaiting inputs.</param>
    /// <param name="slot">The input's name; this party's.</param>
    /// <param name="values">Row-major; for features rows x columns, for weights in the plan's order. Secret.</param>
    /// <param name="cancel">Cancels the requests.</param>
    /// <exception cref="ArgumentException">Another number of values, one that is not finite or out of the plan's bounds, or other values than those of the public input that the session names; nothing is charged.</exception>
    /// <exception cref="GatewayException">A refusal, by its code; <c>inference.bad-session</c> where what the coordinator says does not hold.</exception>
    public async Task<InferenceBody> ProvideAsync(string session, string slot, ReadOnlyMemory<double> values, CancellationToken cancel = default)
    {
        var view = await client.Inferences.GetAsync(session, cancel: cancel);
        ThrowIfAborted(view);
        var agreed = await VerifyAsync(view, cancel);
        var input = agreed.Statement.Inputs.FirstOrDefault(candidate => candidate.Slot == slot && candidate.Party == _self)
            ?? throw Bad($"{session} has no input '{slot}' of {_self}.");
        using var signer = folder.LoadSigningKey();

        // Values that cannot be shared are refused before anything is charged.
        var parts = InferenceLayout.Messages(agreed.Plan, agreed.Statement, input, values.Span, random ?? SystemRandomSource.Instance);
        var receipt = input.Counted ? await DiscloseAsync(view, agreed, signer, cancel) : null;
        var messages = new List<byte[]>();
        for (var i = 0; i < parts.Length; i++)
        {
            var offer = agreed.Offers[agreed.Statement.ComputeParties[i]];
            messages.Add(SealedInput.Seal(agreed.Roster, _self, signer, offer, SessionPurposes.Input(slot), parts[i]));
            CryptographicOperations.ZeroMemory(parts[i]);
        }

        return await client.Inferences.SubmitAsync(session, slot, new SlotSharesBody(messages, receipt), cancel);
    }

    /// <summary>Waits for the end and opens the outputs.</summary>
    /// <param name="ask">What <see cref="AskAsync"/> gave.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="GatewayException">The session's abort code where it was aborted.</exception>
    public async Task<InferenceAnswer> ReceiveAsync(InferenceAsk ask, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(ask);
        var (view, agreed) = await EndOfAsync(ask, cancel);
        var sides = await OutputsAsync(ask, agreed, cancel);
        var shares = sides.Select(side => ShareTensor.Parse(side.Output, side.Party).Try(out var share, out var fault) ? share : throw Bad(fault.ToString())).ToList();
        var values = InferenceLayout.Reconstruct(ask.Plan, shares).Try(out var decoded, out var wrong) ? decoded : throw Bad(wrong.ToString());
        return new InferenceAnswer(values, view, [.. sides.Select(side => side.Body)]);
    }

    /// <summary>Ends a session that this party asked for, without a result. Does not throw where the gateway is away or the session is over: its deadline ends it then.</summary>
    /// <param name="session">The session.</param>
    public async Task CancelAsync(string session)
    {
        try
        {
            await client.Inferences.CancelAsync(session, CancellationToken.None);
        }
        catch (GatewayException)
        {
            // It ends by its deadline.
        }
    }

    /// <summary>Marks the disclosure of a session that was aborted. Idempotent; does nothing where there is none, or none that was committed.</summary>
    /// <param name="budget">The ledger's name.</param>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why it was aborted.</param>
    /// <param name="cancel">Cancels the requests.</param>
    public async Task SettleAsync(string budget, string session, string reason, CancellationToken cancel = default)
    {
        try
        {
            var found = await client.Budgets.FindAsync(_self.Value, budget, session, cancel);
            _ = found.Status switch
            {
                "committed" => await client.Budgets.AbortAsync(_self.Value, budget, session, reason, cancel),
                "reserved" => await client.Budgets.RefundAsync(_self.Value, budget, session, reason, cancel),
                _ => found,
            };
        }
        catch (GatewayException e) when (e.Code == "ledger.unknown-charge")
        {
            // Nothing was disclosed by this party.
        }
    }

    private static void ThrowIfAborted(InferenceBody view)
    {
        if (view.Status == "aborted")
        {
            throw new GatewayException(view.AbortCode!, 409, view.AbortReason!);
        }
    }

    private async Task<(InferenceBody View, Agreed Agreed)> EndOfAsync(InferenceAsk ask, CancellationToken cancel)
    {
        const int Wait = 4000;
        var view = ask.Opened;
        while (view.Status is not ("completed" or "aborted"))
        {
            view = await client.Inferences.GetAsync(ask.Session, view.Version, Wait, cancel);
        }

        ThrowIfAborted(view);
        var agreed = await VerifyAsync(view, cancel);
        return agreed.Statement.Digest().AsSpan().SequenceEqual(ask.Statement.Digest())
            ? (view, agreed)
            : throw Bad($"{ask.Session} is another inference than the one that was asked for.");
    }

    /// <summary>What each side sealed to this party, in the order of the compute parties; its signature and seal hold.</summary>
    private async Task<List<(PartyId Party, byte[] Output, SideOutputBody Body)>> OutputsAsync(InferenceAsk ask, Agreed agreed, CancellationToken cancel)
    {
        var outputs = await client.Inferences.OutputsAsync(ask.Session, cancel);
        var opened = new List<(PartyId, byte[], SideOutputBody)>();
        foreach (var party in agreed.Statement.ComputeParties)
        {
            var side = outputs.Sides.FirstOrDefault(candidate => candidate.Party == party.Value) ?? throw Bad($"{party}'s output is missing.");
            if (SessionPurposes.VerifyTranscript(agreed.Roster, party, Convert.FromHexString(side.TranscriptHash), side.SealedOutput, side.TranscriptSignature) is { } unsigned)
            {
                throw Bad(unsigned.ToString());
            }

            opened.Add(SealedInput.Open(agreed.Roster, _self, ask.Key, party, SessionPurposes.Output, side.SealedOutput).Try(out var bytes, out var fault)
                ? (party, bytes, side)
                : throw Bad(fault.ToString()));
        }

        return opened;
    }

    private async Task<Agreed> VerifyAsync(InferenceBody view, CancellationToken cancel)
    {
        var consortium = await client.Parties.ConsortiumAsync(cancel);
        folder.Observe(consortium);
        var keys = consortium.Members.Where(member => member.Status == "member").ToDictionary(member => PartyId.Create(member.Party), KeyOf);
        var terms = view.Terms;
        if (view.Offers.Count == 0)
        {
            throw Bad($"{view.Session} is {view.Status}; its members have not signed.");
        }

        if (!AgreementPublicKey.TryCreate(terms.ReceiverKey, out var receiverKey) || !InferencePlan.Parse(terms.Plan).Try(out var plan, out var fault))
        {
            throw Bad("the terms hold no plan or no receiver's key.");
        }

        var statement = new InferenceStatement
        {
            Plan = terms.Plan,
            ComputeParties = [.. terms.ComputeParties.Select(PartyId.Create)],
            Dealer = PartyId.Create(terms.Dealer),
            Inputs = [.. terms.Inputs.Select(input => new StatementInput(input.Slot, PartyId.Create(input.Party), input.Columns.Count, input.Counted, input.PublicDigest))],
            Receiver = PartyId.Create(terms.Receiver),
            ReceiverKey = receiverKey,
            Disclosure = terms.Disclosure,
            Budget = terms.Budget,
            Opening = TermsOf(terms.Opening),
            Held = HeldOf(terms.Held),
        };
        var session = SessionId.Create(view.Session);
        if ((fault = InferenceLayout.Check(plan, statement)) is not null
            || !statement.MakeRoster(folder.Pins.Consortium, terms.Epoch, session, keys).Try(out var roster, out fault))
        {
            throw Bad(fault.ToString());
        }

        // The roster is made here from what this party pinned, so what the coordinator sent is only compared.
        if (!roster.Encoded.Span.SequenceEqual(view.Roster))
        {
            throw Bad("the roster is not the one that terms and pinned keys make.");
        }

        var signatures = view.Offers.Select(offer => new RosterSignature(PartyId.Create(offer.Party), offer.RosterSignature));
        if (!new SignedRoster(roster, signatures).Verify(keys).Try(out _, out fault)
            || (fault = statement.VerifyReceiver(session, keys[statement.Receiver], terms.ReceiverSignature)) is not null)
        {
            throw Bad(fault.ToString());
        }

        var offers = ImmutableDictionary.CreateBuilder<PartyId, SessionOffer>();
        foreach (var party in statement.ComputeParties)
        {
            var bytes = view.Offers.First(offer => offer.Party == party.Value).Offer;
            if (!SessionOffer.Accept(roster, bytes).Try(out var offer, out fault) || offer.Party != party)
            {
                throw Bad(fault?.ToString() ?? $"{party}'s offer is another's.");
            }

            offers[party] = offer;
        }

        return new Agreed(plan, statement, roster, offers.ToImmutable());
    }

    private async Task<ChargeReceiptBody> DiscloseAsync(InferenceBody view, Agreed agreed, SigningKey signer, CancellationToken cancel)
    {
        var binding = ReleaseBinding.Create("inference", view.Session, agreed.Roster.Digest.Span, agreed.Roster.Terms.ComputationDigest.Span);
        var request = new ReserveChargeRequest(view.Session, "disclosure", agreed.Statement.Disclosure, agreed.Statement.Receiver.Value, binding, null, agreed.Plan.Rows);
        await client.Budgets.ReserveAsync(_self.Value, agreed.Statement.Budget, request, cancel);
        var receipt = await client.Budgets.CommitAsync(_self.Value, agreed.Statement.Budget, view.Session, cancel);
        var paper = new LedgerReceipt(
            PartyId.Create(receipt.Party), receipt.Budget, receipt.ChargeId, receipt.Kind, receipt.Purpose, receipt.Status, receipt.Binding, receipt.EpsilonSoFar, receipt.EpsilonLeft,
            receipt.Version, receipt.HeadHash);
        return paper.Party == _self && paper.PaysFor(binding) && paper.Verify(signer.PublicKey, receipt.Signature) is null
            ? receipt
            : throw Bad($"the ledger's receipt for {view.Session} is not this party's, or does not pay for this session.");
    }

    private static VerificationKey KeyOf(MemberBody member) => VerificationKey.Create(member.VerificationKey);

    private static GatewayException Bad(string why) => new("inference.bad-session", 0, $"This session cannot be trusted: {why} Nothing was sent.");

    private sealed record Agreed(InferencePlan Plan, InferenceStatement Statement, Roster Roster, ImmutableDictionary<PartyId, SessionOffer> Offers);
}
