using System.Collections.Immutable;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.SecureAggregation;
using PrivacyGrains.Protocols.SecureAggregation.Messages;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

/// <summary>What a client answers to a server that deviates: a named fault, and nothing else leaves it.</summary>
public sealed class HostileServerTests
{
    [Fact]
    public void ShareKeys_FewerClientsThanTheMinimumCohort_IsRefused()
    {
        using var stage = new Stage(5).ToAdvertised();
        Assert.Equal("secagg.too-few", ShareKeys(stage, 0, [0, 1]));
        Assert.Equal("secagg.too-few", ShareKeys(stage, 0, []));
        Assert.Equal("none", ShareKeys(stage, 0, [0, 1, 2]));
    }

    [Fact]
    public void ShareKeys_OwnKeysMissingOrOthersUnderTheOwnName_IsRefused()
    {
        using var stage = new Stage().ToAdvertised();
        using var again = stage.World.Advertise(stage.Context, 0);
        Assert.Equal("secagg.own-message-changed", ShareKeys(stage, 0, [1, 2, 3]));
        Assert.Equal("secagg.own-message-changed", Answer(stage.Advertised[0], List(stage, [again.Message.ToArray(), .. Messages(stage, [1, 2, 3])])));
    }

    [Fact]
    public void ShareKeys_KeysThatTheServerMade_AreAWrongSignature()
    {
        using var stage = new Stage().ToAdvertised();
        using var own = PrivacyGrains.Protocols.Identity.AgreementKey.Create();
        using var other = PrivacyGrains.Protocols.Identity.AgreementKey.Create();
        var forged = AdvertiseMessage.Write(stage.Context, 3, new PeerKeys(own.PublicKey, other.PublicKey), stage.World.Key(2));
        Assert.Equal("secagg.wrong-signature", Answer(stage.Advertised[0], List(stage, [.. Messages(stage, [0, 1, 2]), forged])));
    }

    [Fact]
    public void ShareKeys_KeysOfAnotherSession_AreForeign()
    {
        using var stage = new Stage().ToAdvertised();
        using var earlier = stage.World.Advertise(stage.World.Context(), 3);
        Assert.Equal("secagg.foreign-session", Answer(stage.Advertised[0], List(stage, [.. Messages(stage, [0, 1, 2]), earlier.Message.ToArray()])));
        var foreignList = AdvertiseMessage.WriteList(stage.World.Context(), Messages(stage, [0, 1, 2, 3]));
        Assert.Equal("secagg.foreign-session", Answer(stage.Advertised[0], foreignList));
    }

    [Fact]
    public void ShareKeys_ClientThatCopiesAnothersKeys_IsADoubledKey()
    {
        using var stage = new Stage().ToAdvertised();
        using var fresh = PrivacyGrains.Protocols.Identity.AgreementKey.Create();
        var victim = AdvertiseMessage.Read(stage.Context, stage.Advertised[1].Message.Span, out _).Value.Keys;
        var copy = AdvertiseMessage.Write(stage.Context, 3, victim with { Encryption = fresh.PublicKey }, stage.World.Key(3));
        Assert.Equal("secagg.doubled-key", Answer(stage.Advertised[0], List(stage, [.. Messages(stage, [0, 1, 2]), copy])));
        Assert.Equal("secagg.doubled-key", ShareKeys(stage, 0, [0, 1, 2, 2]));
    }

    [Fact]
    public void ShareKeys_AnyByteOfTheListChangedOrMissing_IsRefused()
    {
        using var stage = new Stage(3).ToSharing();
        var list = stage.Sharing.KeyList.ToArray();
        for (var i = 0; i < list.Length; i++)
        {
            list[i] ^= 1;
            Assert.NotEqual("none", Answer(stage.Advertised[0], list));
            list[i] ^= 1;
            Assert.Equal("secagg.malformed", Answer(stage.Advertised[0], list[..i]));
        }

        Assert.Equal("secagg.malformed", Answer(stage.Advertised[0], [.. list, 0]));
        Assert.Equal("none", Answer(stage.Advertised[0], list));
    }

    [Fact]
    public void AnyPhase_SecondRequest_IsAlreadyAnswered()
    {
        using var stage = new Stage().ToUnmasking();
        Array.ForEach(stage.Confirmed, state => stage.Keep(state.Unmask(stage.Unmasking.Confirmations.Span).Value));
        Assert.Equal("secagg.already-answered", Answer(stage.Advertised[0], stage.Sharing.KeyList.ToArray()));
        Assert.Equal("secagg.already-answered", stage.Shared[0].Mask(stage.Delivery(0), World.Input(stage.Context, 0)).Fault.Code());
        Assert.Equal("secagg.already-answered", stage.Masked[0].ConfirmSurvivors(stage.Checking.SurvivorList.Span).Fault.Code());
        Assert.Equal("secagg.already-answered", stage.Confirmed[0].Unmask(stage.Unmasking.Confirmations.Span).Fault.Code());
    }

    [Fact]
    public void AnyPhase_AfterDispose_AnswersNothing()
    {
        using var stage = new Stage().ToChecking();
        stage.Masked[0].Dispose();
        Assert.Equal("secagg.already-answered", stage.Masked[0].ConfirmSurvivors(stage.Checking.SurvivorList.Span).Fault.Code());
    }

    [Fact]
    public void Mask_TooFewShares_IsRefused()
    {
        using var stage = new Stage(5).ToCollecting();
        Assert.Equal("secagg.too-few", Mask(stage, 0, entries => entries.Remove(1) && entries.Remove(2) && entries.Remove(3)));
        Assert.Equal("none", Mask(stage, 0, entries => entries.Remove(1) && entries.Remove(2)));
    }

    [Fact]
    public void Mask_SharesOfWhoDidNotAdvertiseOrOwnShares_AreRefused()
    {
        using var stage = new Stage(4).ToAdvertised();
        foreach (var i in new[] { 0, 1, 2 })
        {
            stage.Advertising.Add(stage.Advertised[i].Message.Span);
        }

        var keyList = stage.Advertising.Close().Value.KeyList;
        var state = stage.Keep(stage.Advertised[0].ShareKeys(keyList.Span, SystemRandomSource.Instance).Value);
        SortedDictionary<int, byte[]> Entries(params int[] senders) => new(senders.ToDictionary(s => s, _ => new byte[ShareMessages.CiphertextLength]));
        string Deliver(params int[] senders) =>
            state.Mask(ShareMessages.WriteDelivery(stage.Context, Entries(senders)), World.Input(stage.Context, 0)).Fault.Code();
        Assert.Equal("secagg.not-in-cohort", Deliver(1, 2, 3));
        Assert.Equal("secagg.not-in-cohort", Deliver(0, 1, 2));
        Assert.Equal("secagg.tampered-share", Deliver(1, 2));
    }

    [Fact]
    public void Mask_SharesChangedSwappedOrForAnother_AreTampered()
    {
        using var stage = new Stage().ToCollecting();
        Assert.Equal("secagg.tampered-share", Mask(stage, 0, entries => { entries[1][7] ^= 1; }));
        Assert.Equal("secagg.tampered-share", Mask(stage, 0, entries => { (entries[1], entries[2]) = (entries[2], entries[1]); }));
        var forAnother = ShareMessages.ReadDelivery(stage.Context, stage.Delivery(2)).Value[1];
        Assert.Equal("secagg.tampered-share", Mask(stage, 0, entries => { entries[1] = forAnother; }));
        Assert.Equal("secagg.wrong-length", Mask(stage, 0, entries => { entries[1] = entries[1][1..]; }));
        Assert.Equal("none", Mask(stage, 0, _ => { }));
    }

    [Fact]
    public void Mask_SharesReplayedFromAnotherSession_AreTampered()
    {
        // The same clients in two rounds: the ciphertext of the first does not open in the second.
        using var world = new World(3);
        var (first, second) = (Run(world), Run(world));
        var replayed = ShareMessages.ReadDelivery(first.Context, first.Delivery.Span).Value;
        var delivery = ShareMessages.WriteDelivery(second.Context, replayed);
        Assert.Equal("secagg.tampered-share", second.Client.Mask(delivery, World.Input(second.Context, 0)).Fault.Code());
        Assert.Equal("secagg.foreign-session", second.Client.Mask(first.Delivery.Span, World.Input(second.Context, 0)).Fault.Code());
        first.Client.Dispose();
        second.Client.Dispose();

        static (SecureAggregationContext Context, SharedClient Client, ReadOnlyMemory<byte> Delivery) Run(World world)
        {
            var context = world.Context();
            var server = new ServerAdvertiseKeys(context);
            var clients = Enumerable.Range(0, 3).Select(i => world.Advertise(context, i)).ToArray();
            Array.ForEach(clients, c => server.Add(c.Message.Span));
            var sharing = server.Close().Value;
            var shared = clients.Select(c => c.ShareKeys(sharing.KeyList.Span, SystemRandomSource.Instance).Value).ToArray();
            Array.ForEach(shared, c => sharing.Add(c.Message.Span));
            var delivery = sharing.Close().Value.DeliveryFor(world.Names[0]).Value;
            shared[1].Dispose();
            shared[2].Dispose();
            return (context, shared[0], delivery);
        }
    }

    [Fact]
    public void Mask_InputOfAnotherLengthOrWordTooLarge_IsTheCallersBug()
    {
        using var stage = new Stage().ToCollecting();
        Assert.ThrowsAny<ArgumentException>(() => stage.Shared[0].Mask(stage.Delivery(0), [1, 2]));
        Assert.ThrowsAny<ArgumentException>(() => stage.Shared[0].Mask(stage.Delivery(0), [1, 2, 1UL << 32]));
    }

    [Theory]
    [InlineData("secagg.too-few", 0, 1)]
    [InlineData("secagg.excluded", 1, 2, 3)]
    [InlineData("secagg.malformed", 0, 1, 1, 2)]
    [InlineData("secagg.malformed", 2, 1, 0)]
    [InlineData("secagg.malformed", 0, 1, 4)]
    [InlineData("secagg.malformed", -1, 0, 1)]
    [InlineData("none", 0, 1, 2)]
    public void ConfirmSurvivors_OtherSets_AreRefused(string code, params int[] survivors)
    {
        using var stage = new Stage(4).ToMasked();
        Assert.Equal(code, Confirm(stage.Context, stage.Masked[0], survivors));
    }

    [Fact]
    public void ConfirmSurvivors_SurvivorThatSharedNothing_IsRefused()
    {
        using var stage = new Stage(4).ToShared();
        foreach (var i in new[] { 0, 1, 2 })
        {
            stage.Sharing.Add(stage.Shared[i].Message.Span);
        }

        var collecting = stage.Sharing.Close().Value;
        using var masked = stage.Shared[0].Mask(collecting.DeliveryFor(stage.World.Names[0]).Value.Span, World.Input(stage.Context, 0)).Value;
        Assert.Equal("secagg.not-in-cohort", Confirm(stage.Context, masked, [0, 1, 2, 3]));
    }

    [Fact]
    public void ConfirmSurvivors_SecondSet_IsNeverSigned()
    {
        // The attack that CheckConsistency exists for: first everybody survives (the share of b), then one does not (the share of s^SK).
        using var stage = new Stage(4).ToMasked();
        Assert.Equal("none", Confirm(stage.Context, stage.Masked[0], [0, 1, 2, 3]));
        Assert.Equal("secagg.already-answered", Confirm(stage.Context, stage.Masked[0], [0, 1, 2]));
    }

    [Fact]
    public void Unmask_ServerShowedTwoSets_NobodyAnswersBoth()
    {
        // Clients 0 to 2 see all five survive, clients 3 and 4 see that client 0 dropped out.
        using var stage = new Stage(5).ToMasked();
        ImmutableArray<int> all = [0, 1, 2, 3, 4], without = [1, 2, 3, 4];
        var confirmed = stage.Masked.Select((state, i) =>
            stage.Keep(state.ConfirmSurvivors(SurvivorMessages.WriteSurvivors(stage.Context, i < 3 ? all : without)).Value)).ToArray();
        byte[] Confirmations(params int[] clients) =>
            SurvivorMessages.WriteConfirmations(stage.Context, [.. clients.Select(i => confirmed[i].Message.ToArray())]);
        Assert.Equal("secagg.survivors-differ", confirmed[0].Unmask(Confirmations(0, 1, 2, 3)).Fault.Code());
        Assert.Equal("secagg.survivors-differ", confirmed[3].Unmask(Confirmations(1, 2, 3, 4)).Fault.Code());
        Assert.Equal("secagg.too-few-confirmations", confirmed[3].Unmask(Confirmations(3, 4)).Fault.Code());
        Assert.Equal("secagg.too-few-confirmations", confirmed[4].Unmask(Confirmations(3, 4)).Fault.Code());

        // One view has a majority; only shares of its kind come out, and fewer than t of the other kind can.
        Assert.True(confirmed[0].Unmask(Confirmations(0, 1, 2)).IsOk);
    }

    [Fact]
    public void Unmask_ForgedForeignOrRepeatedConfirmations_AreRefused()
    {
        using var stage = new Stage(4).ToUnmasking();
        var own = stage.Confirmed.Select(state => state.Message.ToArray()).ToArray();
        ImmutableArray<int> all = [0, 1, 2, 3];
        string Unmask(SecureAggregationContext context, params byte[][] messages) =>
            stage.Confirmed[0].Unmask(SurvivorMessages.WriteConfirmations(context, messages)).Fault.Code();
        var forged = SurvivorMessages.WriteConfirmation(stage.Context, 1, all, stage.World.Key(0));
        var elsewhere = SurvivorMessages.WriteConfirmation(stage.World.Context(), 1, all, stage.World.Key(1));
        Assert.Equal("secagg.wrong-signature", Unmask(stage.Context, own[0], forged, own[2]));
        Assert.Equal("secagg.foreign-session", Unmask(stage.Context, own[0], elsewhere, own[2]));
        Assert.Equal("secagg.foreign-session", Unmask(stage.World.Context(), own));
        Assert.Equal("secagg.not-in-cohort", Unmask(stage.Context, own[0], own[1], own[1]));
        Assert.Equal("secagg.too-few-confirmations", Unmask(stage.Context, own[0], own[1]));
        Assert.Equal("secagg.too-few-confirmations", Unmask(stage.Context));
        Assert.Equal("none", Unmask(stage.Context, own[1], own[2], own[3]));
    }

    [Fact]
    public void Unmask_SignatureOfWhoDroppedOut_IsRefused()
    {
        using var stage = new Stage(4).ToUnmasking(0, 1, 2);
        var dropped = SurvivorMessages.WriteConfirmation(stage.Context, 3, [0, 1, 2], stage.World.Key(3));
        var list = SurvivorMessages.WriteConfirmations(stage.Context, [.. stage.Confirmed.Select(state => state.Message.ToArray()), dropped]);
        Assert.Equal("secagg.not-in-cohort", stage.Confirmed[0].Unmask(list).Fault.Code());
    }

    [Fact]
    public void Unmask_EveryAnswer_HoldsOneShareOfEachClientAndTheRightKind()
    {
        using var stage = new Stage(5).ToUnmasking(0, 2, 4);
        Assert.Equal([stage.World.Names[0], stage.World.Names[2], stage.World.Names[4]], stage.Confirmed[0].Survivors);
        foreach (var state in stage.Confirmed)
        {
            using var answer = state.Unmask(stage.Unmasking.Confirmations.Span).Value;
            var shares = UnmaskMessage.Read(stage.Context, answer.Message.Span, out _).Value.Shares;
            Assert.Equal([0, 1, 2, 3, 4], shares.Keys);
            Assert.Equal([ShareKind.Seed, ShareKind.Key, ShareKind.Seed, ShareKind.Key, ShareKind.Seed], shares.Values.Select(share => share.Kind));
        }
    }

    [Fact]
    public void Message_OfEveryPhase_SaysNothingOfTheInputBeforeUnmasking()
    {
        // The same input masked in two rounds gives unrelated vectors; each word differs except by chance (2^-32 a word).
        using var first = new Stage(3).ToMasked();
        using var second = new Stage(3).ToMasked();
        Assert.Equal(World.Input(first.Context, 0), World.Input(second.Context, 0));
        var (a, b) = (MaskedInput.Read(first.Context, first.Masked[0].Message.Span).Value, MaskedInput.Read(second.Context, second.Masked[0].Message.Span).Value);
        Assert.False(a.Packed.SequenceEqual(b.Packed));
        Assert.Equal("MaskedClient(client-000)", first.Masked[0].ToString());
    }

    private static byte[][] Messages(Stage stage, int[] clients) => [.. clients.Select(i => stage.Advertised[i].Message.ToArray())];

    private static byte[] List(Stage stage, byte[][] messages) => AdvertiseMessage.WriteList(stage.Context, messages);

    private static string ShareKeys(Stage stage, int client, int[] listed) => Answer(stage.Advertised[client], List(stage, Messages(stage, listed)));

    private static string Answer(AdvertisedClient client, byte[] list)
    {
        var result = client.ShareKeys(list, SystemRandomSource.Instance);
        if (result.IsOk)
        {
            result.Value.Dispose();
        }

        return result.Fault.Code();
    }

    private static string Mask(Stage stage, int client, Action<SortedDictionary<int, byte[]>> change)
    {
        var entries = ShareMessages.ReadDelivery(stage.Context, stage.Delivery(client)).Value;
        change(entries);
        var result = stage.Shared[client].Mask(ShareMessages.WriteDelivery(stage.Context, entries), World.Input(stage.Context, client));
        if (result.IsOk)
        {
            stage.Keep(result.Value);
        }

        return result.Fault.Code();
    }

    private static string Mask(Stage stage, int client, Func<SortedDictionary<int, byte[]>, bool> change) =>
        Mask(stage, client, entries => { Assert.True(change(entries)); });

    private static string Confirm(SecureAggregationContext context, MaskedClient client, int[] survivors)
    {
        var writer = new WireWriter("secagg.survivors", 1).Bytes(context.Digest.Span).Int32(survivors.Length);
        Array.ForEach(survivors, survivor => writer.Int32(survivor));
        var result = client.ConfirmSurvivors(writer.Written.Span);
        if (result.IsOk)
        {
            result.Value.Dispose();
        }

        return result.Fault.Code();
    }
}
