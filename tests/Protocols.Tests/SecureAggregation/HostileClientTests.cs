using FsCheck;
using FsCheck.Fluent;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.SecureAggregation;
using PrivacyGrains.Protocols.SecureAggregation.Messages;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

/// <summary>What the server says to a client that deviates: a named fault, and its state is unchanged.</summary>
public sealed class HostileClientTests
{
    [Fact]
    public void Add_SameMessageTwice_IsTakenOnce()
    {
        using var stage = new Stage().ToAdvertised();
        Assert.True(stage.Advertising.Add(stage.Advertised[1].Message.Span).Value.IsNew);
        Assert.Equal(new Acceptance(stage.World.Names[1], IsNew: false), stage.Advertising.Add(stage.Advertised[1].Message.Span).Value);
        Assert.Equal([stage.World.Names[1]], stage.Advertising.Present);
        Assert.Equal([stage.World.Names[0], stage.World.Names[2], stage.World.Names[3]], stage.Advertising.Missing);
    }

    [Fact]
    public void Add_SameContentSignedAnew_IsNoEquivocation()
    {
        using var stage = new Stage().ToAdvertised();
        stage.Advertising.Add(stage.Advertised[1].Message.Span);
        var keys = AdvertiseMessage.Read(stage.Context, stage.Advertised[1].Message.Span, out _).Value.Keys;
        var again = AdvertiseMessage.Write(stage.Context, 1, keys, stage.World.Key(1));
        Assert.NotEqual(stage.Advertised[1].Message.ToArray(), again);
        Assert.False(stage.Advertising.Add(again).Value.IsNew);
    }

    [Fact]
    public void Add_SecondDifferentMessage_IsEquivocationInEveryPhase()
    {
        using var stage = new Stage().ToSharing();
        using var second = stage.World.Advertise(stage.Context, 1);
        AssertNamed("secagg.equivocation", stage.World.Names[1], stage.Advertising.Add(second.Message.Span).Fault);

        using var honest = stage.Advertised[0].ShareKeys(stage.Sharing.KeyList.Span, SystemRandomSource.Instance).Value;
        stage.Sharing.Add(honest.Message.Span);
        var other = ShareMessages.Read(stage.Context, honest.Message.Span, out _).Value.Ciphertexts;
        other[1][0] ^= 1;
        AssertNamed("secagg.equivocation", stage.World.Names[0], stage.Sharing.Add(ShareMessages.Write(stage.Context, 0, other, stage.World.Key(0))).Fault);

        using var later = new Stage().ToUnmasking();
        var changed = MaskedInput.Read(later.Context, MaskedInput.Write(later.Context, 2, new ulong[3], later.World.Key(2))).Value;
        AssertNamed("secagg.equivocation", later.World.Names[2], later.Collecting.Add(changed.Receipt).Fault);
        Assert.False(later.Sum.Add(changed));

        using var answer = later.Confirmed[2].Unmask(later.Unmasking.Confirmations.Span).Value;
        Assert.True(later.Unmasking.Add(answer.Message.Span).Value.IsNew);
        Assert.Equal("secagg.equivocation", later.Unmasking.Add(Unmask(later, 2, (_, share) => { share.Share[0] ^= 1; return share; })).Fault.Code());
    }

    [Fact]
    public void Add_SignedByAnother_NamesNobodyAsGuilty()
    {
        using var stage = new Stage().ToAdvertised();
        var keys = AdvertiseMessage.Read(stage.Context, stage.Advertised[1].Message.Span, out _).Value.Keys;
        var fault = stage.Advertising.Add(AdvertiseMessage.Write(stage.Context, 2, keys, stage.World.Key(1))).Fault;
        Assert.Equal("secagg.wrong-signature", fault.Code());
        Assert.Null(fault!.Party);
    }

    [Fact]
    public void Add_ForeignSessionOrUnknownIndexOrWrongPhase_IsNamed()
    {
        using var stage = new Stage().ToSharing();
        using var elsewhere = stage.World.Advertise(stage.World.Context(), 1);
        Assert.Equal("secagg.foreign-session", stage.Advertising.Add(elsewhere.Message.Span).Fault.Code());
        var unknown = SignedEnvelope.Sign(Kinds.Advertise, SignedEnvelope.Start(Kinds.Advertise, stage.Context, 4), stage.World.Key(0));
        Assert.Equal("secagg.unknown-party", stage.Advertising.Add(unknown).Fault.Code());
        Assert.Equal("secagg.wrong-phase", stage.Sharing.Add(stage.Advertised[0].Message.Span).Fault.Code());
        Assert.Equal("secagg.wrong-phase", MaskedInput.Read(stage.Context, stage.Advertised[0].Message.Span).Fault.Code());
    }

    [Fact]
    public void Add_KeysThatAreNoPointsOrAnothers_AreRefused()
    {
        using var stage = new Stage().ToAdvertised();
        var off = SignedEnvelope.Sign(
            Kinds.Advertise, SignedEnvelope.Start(Kinds.Advertise, stage.Context, 0).Bytes(new byte[65]).Bytes(new byte[65]), stage.World.Key(0));
        AssertNamed("secagg.invalid-point", stage.World.Names[0], stage.Advertising.Add(off).Fault);
        var keys = AdvertiseMessage.Read(stage.Context, stage.Advertised[1].Message.Span, out _).Value.Keys;
        Assert.Equal(
            "secagg.invalid-point",
            stage.Advertising.Add(AdvertiseMessage.Write(stage.Context, 1, keys with { Masking = keys.Encryption }, stage.World.Key(1))).Fault.Code());
        stage.Advertising.Add(stage.Advertised[1].Message.Span);
        Assert.Equal("secagg.doubled-key", stage.Advertising.Add(AdvertiseMessage.Write(stage.Context, 2, keys, stage.World.Key(2))).Fault.Code());
        Assert.Equal([stage.World.Names[1]], stage.Advertising.Present);
    }

    [Fact]
    public void Add_AfterClose_IsPhaseClosedAndNamesTheLate()
    {
        using var stage = new Stage(4).ToAdvertised();
        foreach (var i in new[] { 0, 1, 2 })
        {
            stage.Advertising.Add(stage.Advertised[i].Message.Span);
        }

        var sharing = stage.Advertising.Close().Value;
        AssertNamed("secagg.phase-closed", stage.World.Names[3], stage.Advertising.Add(stage.Advertised[3].Message.Span).Fault);
        Assert.False(stage.Advertising.Add(stage.Advertised[0].Message.Span).Value.IsNew);
        var late = ShareMessages.Write(stage.Context, 3, [], stage.World.Key(3));
        AssertNamed("secagg.not-in-cohort", stage.World.Names[3], sharing.Add(late).Fault);
    }

    [Fact]
    public void Close_TooFew_NamesWhoIsMissingAndStaysOpen()
    {
        using var stage = new Stage(4).ToAdvertised();
        stage.Advertising.Add(stage.Advertised[0].Message.Span);
        var fault = stage.Advertising.Close().Fault;
        Assert.Equal("secagg.too-few", fault.Code());
        Assert.Contains("client-001, client-002, client-003", fault!.Received, StringComparison.Ordinal);
        Assert.False(stage.Advertising.IsClosed);
        Array.ForEach(stage.Advertised, state => stage.Advertising.Add(state.Message.Span));
        Assert.True(stage.Advertising.IsComplete);
        Assert.True(stage.Advertising.Close().IsOk);
    }

    [Fact]
    public void Shares_ForOthersThanAskedOrOfAnotherLength_AreRefused()
    {
        using var stage = new Stage().ToShared();
        var entries = ShareMessages.Read(stage.Context, stage.Shared[0].Message.Span, out _).Value.Ciphertexts;
        entries.Remove(2);
        AssertNamed("secagg.wrong-recipients", stage.World.Names[0], stage.Sharing.Add(ShareMessages.Write(stage.Context, 0, entries, stage.World.Key(0))).Fault);
        entries.Add(2, new byte[3]);
        AssertNamed("secagg.wrong-length", stage.World.Names[0], stage.Sharing.Add(ShareMessages.Write(stage.Context, 0, entries, stage.World.Key(0))).Fault);
    }

    [Fact]
    public void Shares_AddressedToAnotherInside_AreMisaddressedAtTheRecipient()
    {
        using var stage = new Stage(3).ToAdvertised();
        Array.ForEach(stage.Advertised, state => stage.Advertising.Add(state.Message.Span));
        var sharing = stage.Advertising.Close().Value;
        using var client = stage.Advertised[0].ShareKeys(sharing.KeyList.Span, SystemRandomSource.Instance).Value;

        // Client 1 encrypts under the right key, but writes that the shares are client 2's.
        using var mallory = AgreementKey.Create();
        using var masking = AgreementKey.Create();
        var context = stage.World.Context();
        var server = new ServerAdvertiseKeys(context);
        using var victim = stage.World.Advertise(context, 0);
        using var third = stage.World.Advertise(context, 2);
        server.Add(victim.Message.Span);
        server.Add(third.Message.Span);
        server.Add(AdvertiseMessage.Write(context, 1, new PeerKeys(mallory.PublicKey, masking.PublicKey), stage.World.Key(1)));
        var list = server.Close().Value.KeyList;
        using var waiting = victim.ShareKeys(list.Span, SystemRandomSource.Instance).Value;
        using var honest = third.ShareKeys(list.Span, SystemRandomSource.Instance).Value;
        var victimKeys = AdvertiseMessage.Read(context, victim.Message.Span, out _).Value.Keys;
        var (outbound, _) = Masks.EncryptionKeys(context, mallory, victimKeys.Encryption, 1, 0);
        var wrong = ShareMessages.Encrypt(context, outbound, sender: 2, recipient: 0, new SharePair(new byte[32], new byte[32]));
        var fromThird = ShareMessages.Read(context, honest.Message.Span, out _).Value.Ciphertexts[0];
        var delivery = ShareMessages.WriteDelivery(context, new SortedDictionary<int, byte[]> { [1] = wrong, [2] = fromThird });
        AssertNamed("secagg.misaddressed-share", stage.World.Names[1], waiting.Mask(delivery, World.Input(context, 0)).Fault);
    }

    [Fact]
    public void MaskedInput_OfAnotherLength_IsRefused()
    {
        using var stage = new Stage().ToMasked();
        var tooLong = MaskedInput.Write(stage.Context, 1, new ulong[4], stage.World.Key(1));
        AssertNamed("secagg.wrong-length", stage.World.Names[1], MaskedInput.Read(stage.Context, tooLong).Fault);
    }

    [Fact]
    public void Confirmation_OfAnotherSet_IsNamed()
    {
        using var stage = new Stage().ToChecking();
        var other = SurvivorMessages.WriteConfirmation(stage.Context, 1, [0, 1, 2], stage.World.Key(1));
        AssertNamed("secagg.survivors-differ", stage.World.Names[1], stage.Checking.Add(other).Fault);
    }

    [Fact]
    public void Unmasking_WrongKindOwnersOrLength_IsNamed()
    {
        using var stage = new Stage(4).ToUnmasking(0, 1, 2);
        var both = Unmask(stage, 1, (owner, share) => owner == 3 ? (ShareKind.Seed, share.Share) : share);
        AssertNamed("secagg.wrong-share-kind", stage.World.Names[1], stage.Unmasking.Add(both).Fault);
        var key = Unmask(stage, 1, (owner, share) => owner == 0 ? (ShareKind.Key, share.Share) : share);
        AssertNamed("secagg.wrong-share-kind", stage.World.Names[1], stage.Unmasking.Add(key).Fault);
        var shorter = Unmask(stage, 1, (owner, share) => owner == 0 ? (share.Kind, share.Share[1..]) : share);
        AssertNamed("secagg.wrong-length", stage.World.Names[1], stage.Unmasking.Add(shorter).Fault);
        var none = Unmask(stage, 1, (owner, share) => owner == 0 ? (ShareKind.None, share.Share) : share);
        Assert.Equal("secagg.malformed", stage.Unmasking.Add(none).Fault.Code());
        var missing = UnmaskMessage.Write(stage.Context, 1, [], stage.World.Key(1));
        AssertNamed("secagg.wrong-recipients", stage.World.Names[1], stage.Unmasking.Add(missing).Fault);
        var dropped = UnmaskMessage.Write(stage.Context, 3, Shares(stage), stage.World.Key(3));
        AssertNamed("secagg.not-in-cohort", stage.World.Names[3], stage.Unmasking.Add(dropped).Fault);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(3, 3)]
    [InlineData(3, 4)]
    public void Finish_WrongShare_IsInconsistentAndNeverAWrongSum(int owner, int answers)
    {
        // A dropped client's key is checked against its public key even with exactly t answers; a survivor's seed where more than t answer.
        using var stage = new Stage(5, threshold: 3, cohort: 3).ToUnmasking(0, 1, 2, 4);
        foreach (var (i, state) in stage.Confirmed.Take(answers).Index())
        {
            using var answer = state.Unmask(stage.Unmasking.Confirmations.Span).Value;
            var shares = UnmaskMessage.Read(stage.Context, answer.Message.Span, out _).Value.Shares;
            if (i == 1)
            {
                shares[owner].Share[5] ^= 1;
            }

            var index = stage.Context.IndexOf(state.Self);
            Assert.True(stage.Unmasking.Add(UnmaskMessage.Write(stage.Context, index, shares, stage.World.Key(index))).IsOk);
        }

        var fault = stage.Unmasking.Finish(stage.Sum).Fault;
        Assert.Equal("secagg.inconsistent-shares", fault.Code());
        Assert.Contains(stage.World.Names[owner].Value, fault!.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Finish_TooFewAnswers_NamesWhoIsMissing()
    {
        using var stage = new Stage(4).ToUnmasking();
        using var answer = stage.Confirmed[0].Unmask(stage.Unmasking.Confirmations.Span).Value;
        stage.Unmasking.Add(answer.Message.Span);
        var fault = stage.Unmasking.Finish(stage.Sum).Fault;
        Assert.Equal("secagg.too-few", fault.Code());
        Assert.Contains("client-001, client-002, client-003", fault!.Received, StringComparison.Ordinal);
    }

    [Fact]
    public void Finish_SumOverOtherClients_IsTheCallersBug()
    {
        using var stage = new Stage(4).ToUnmasking(0, 1, 2);
        Assert.Throws<ArgumentException>(() => stage.Unmasking.Finish(new MaskedSum(stage.Context)));
    }

    [Fact]
    public void Close_RevokedMember_IsLeftOutOfSurvivorsAndSum()
    {
        using var stage = new Stage(4).ToMasked();
        var sum = new MaskedSum(stage.Context);
        var inputs = stage.Masked.Select(state => MaskedInput.Read(stage.Context, state.Message.Span).Value).ToArray();
        Array.ForEach(inputs, input => Assert.True(sum.Add(input) && stage.Collecting.Add(input.Receipt).IsOk));
        var revoked = new HashSet<PartyId> { stage.World.Names[1] };
        var checking = stage.Collecting.Close(revoked).Value;
        Assert.True(sum.Remove(inputs[1]));
        Assert.DoesNotContain(stage.World.Names[1], checking.Survivors);
        Assert.Equal("secagg.excluded", stage.Masked[1].ConfirmSurvivors(checking.SurvivorList.Span).Fault.Code());

        var confirmed = new[] { 0, 2, 3 }.Select(i => stage.Keep(stage.Masked[i].ConfirmSurvivors(checking.SurvivorList.Span).Value)).ToArray();
        Array.ForEach(confirmed, state => checking.Add(state.Message.Span));
        var unmasking = checking.Close().Value;
        Array.ForEach(confirmed, state => unmasking.Add(stage.Keep(state.Unmask(unmasking.Confirmations.Span).Value).Message.Span));
        Assert.Equal(World.ExpectedSum(stage.Context, [0, 2, 3]), unmasking.Finish(sum).Value.Sum);
    }

    [Fact]
    public void Add_RandomBytes_NeverThrows()
    {
        using var stage = new Stage(3).ToUnmasking();
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
            !stage.Advertising.Add(bytes).IsOk && !stage.Sharing.Add(bytes).IsOk && !MaskedInput.Read(stage.Context, bytes).IsOk
            && !stage.Checking.Add(bytes).IsOk && !stage.Unmasking.Add(bytes).IsOk && !MaskedSum.Decode(stage.Context, bytes).IsOk)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Add_AnyByteOfAMessageChangedOrMissing_IsRefused()
    {
        using var stage = new Stage(3).ToUnmasking();
        using var answer = stage.Confirmed[0].Unmask(stage.Unmasking.Confirmations.Span).Value;
        var message = answer.Message.ToArray();
        for (var i = 0; i < message.Length; i++)
        {
            message[i] ^= 1;
            Assert.False(stage.Unmasking.Add(message).IsOk);
            message[i] ^= 1;
            Assert.Equal("secagg.malformed", stage.Unmasking.Add(message.AsSpan(0, i)).Fault.Code());
        }

        Assert.True(stage.Unmasking.Add(message).IsOk);
    }

    private static SortedDictionary<int, (ShareKind Kind, byte[] Share)> Shares(Stage stage) =>
        new(Enumerable.Range(0, stage.Context.Clients.Length).ToDictionary(
            owner => owner,
            owner => (stage.Unmasking.Survivors.Contains(stage.World.Names[owner]) ? ShareKind.Seed : ShareKind.Key, new byte[32])));

    private static byte[] Unmask(
        Stage stage, int client, Func<int, (ShareKind Kind, byte[] Share), (ShareKind Kind, byte[] Share)> change)
    {
        var shares = Shares(stage);
        foreach (var owner in shares.Keys.ToArray())
        {
            shares[owner] = change(owner, shares[owner]);
        }

        return UnmaskMessage.Write(stage.Context, client, shares, stage.World.Key(client));
    }

    private static void AssertNamed(string code, PartyId party, ProtocolFault? fault)
    {
        Assert.Equal(code, fault.Code());
        Assert.Equal(party, fault!.Party);
    }
}
