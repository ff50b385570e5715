using PrivacyGrains.Privacy.Ledger;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Transparency;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Grains.Tests.Ledger;

public class BudgetLedgerGrainTests
{
    [Fact]
    public async Task Reserve_Commit_Statement_TellOneStory()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        var ledger = consortium.Ledger("hospital-1");
        Assert.Equal("ledger.not-open", Code(await ledger.StatementAsync()));
        Value(await ledger.OpenAsync(Terms()));
        var reserved = Value(await ledger.ReserveAsync(Charge("round-1")));
        Assert.Equal(("reserved", 2L), (reserved.Status, reserved.Version));
        var committed = Value(await ledger.CommitAsync("round-1"));
        Value(await ledger.ReserveAsync(Disclosure("score-1", 3)));
        Value(await ledger.CommitAsync("score-1"));

        var statement = Value(await ledger.StatementAsync());
        Assert.Equal(committed.EpsilonSoFar, statement.EpsilonSoFar);
        Assert.Equal((0, 7L, 50L), (statement.EpsilonReserved, statement.DisclosuresLeft["score@hospital-2"], statement.DisclosuresLeft["score"]));
        Assert.Equal([("round-1", "committed", "charge"), ("score-1", "committed", "disclosure")], statement.Charges.Select(c => (c.ChargeId, c.Status, c.Kind)));
        Assert.True(statement.EpsilonSoFar > 0 && statement.EpsilonLeft < 8);
        Assert.Equal(Terms().DisclosureQuotas.OrderBy(q => q.Key), statement.Terms.DisclosureQuotas.OrderBy(q => q.Key));
    }

    [Fact]
    public async Task Receipt_VerifiesUnderThePartysKey_AndPaysForItsReleaseOnly()
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        Value(await ledger.ReserveAsync(Charge("round-1")));
        var view = Value(await ledger.CommitAsync("round-1"));
        var receipt = new LedgerReceipt(
            PartyId.Create(view.Party), view.Budget, view.ChargeId, view.Kind, view.Purpose, view.Status, view.Binding, view.EpsilonSoFar, view.EpsilonLeft, view.Version, view.HeadHash);
        var member = Value(await consortium.Book.GetAsync()).Members.Single();
        Assert.Null(receipt.Verify(VerificationKey.Create(member.VerificationKey.Span), view.Signature.Span));
        Assert.True(receipt.PaysFor(Binding));
        Assert.Equal(view with { Signature = default }, Value(await ledger.FindAsync("round-1")) with { Signature = default });
        Assert.Equal("ledger.unknown-charge", Code(await ledger.FindAsync("round-2")));
    }

    [Fact]
    public async Task EveryStep_Repeated_ChangesNothing()
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            Value(await ledger.OpenAsync(Terms()));
            Value(await ledger.ReserveAsync(Charge("round-1")));
            Value(await ledger.CommitAsync("round-1"));
            Value(await ledger.MarkAbortedAsync("round-1", "two hospitals left"));
            Value(await ledger.ReserveAsync(Charge("round-2")));
            Value(await ledger.RefundAsync("round-2", "nobody came"));
            Assert.Equal(6, Value(await ledger.HeadAsync()).Version);
        }

        Assert.Equal(["aborted-committed", "refunded"], Value(await ledger.StatementAsync()).Charges.Select(c => c.Status));
        Assert.Equal("ledger.already-committed", Code(await ledger.RefundAsync("round-1", "too late")));
        Assert.Equal("ledger.charge-id-reused", Code(await ledger.ReserveAsync(Charge("round-1", rho: 0.02))));
        Assert.Equal("ledger.opened-otherwise", Code(await ledger.OpenAsync(Terms(epsilon: 9))));
    }

    public static TheoryData<BudgetTerms> WrongTerms =>
    [
        Terms() with { Epsilon = -1 }, Terms() with { Epsilon = 0 }, Terms() with { Epsilon = double.NaN }, Terms() with { Epsilon = double.PositiveInfinity },
        Terms() with { Delta = 0 }, Terms() with { Delta = 1 }, Terms() with { Neighbours = "zero-out" }, Terms() with { Unit = "Patient Record" },
        Terms() with { DisclosureQuotas = Terms().DisclosureQuotas.SetItem("score", -1) },
        Terms() with { Levels = [new LevelTerms("*", "week", 1, 1e-6)] }, Terms() with { Levels = [new LevelTerms(null, null, 1, 1e-6)] }, Terms() with { Levels = [new LevelTerms("*", null, 0, 1e-6)] },
        Terms() with { Levels = [new LevelTerms("*", "day", 1, 1e-6), new LevelTerms(null, "year", 1, 1e-6)] }, Terms() with { MechanismDelta = 1e-5 }, Terms() with { MechanismDelta = -1 },
    ];

    [Theory]
    [MemberData(nameof(WrongTerms))]
    public async Task Open_WrongTerms_IsRefusedAndOpensNothing(BudgetTerms terms)
    {
        await using var consortium = await StartAsync();
        consortium.Keys.EnsureCreated("hospital-1");
        var reply = await consortium.Ledger("hospital-1").OpenAsync(terms);
        Assert.Equal(("ledger.bad-request", RefusalKind.Invalid), (reply.Refusal?.Code, reply.Refusal?.Kind));
        Assert.Equal("ledger.not-open", Code(await consortium.Ledger("hospital-1").HeadAsync()));
    }

    [Fact]
    public async Task Reserve_WrongRequests_AreRefusedAndChangeNothing()
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        (ChargeRequest Request, string Code)[] wrong =
        [
            (Charge("c") with { Loss = new PrivacyLoss("zcdp", -0.1) }, "ledger.bad-request"),
            (Charge("c") with { Loss = new PrivacyLoss("zcdp", double.NaN) }, "ledger.bad-request"),
            (Charge("c") with { Loss = new PrivacyLoss("laplace", 1) }, "ledger.bad-request"),
            (Charge("c") with { Loss = null }, "ledger.bad-request"),
            (Charge("c") with { Kind = "gift" }, "ledger.bad-request"),
            (Charge("c") with { Binding = "00" }, "ledger.bad-request"),
            (Charge("c d"), "ledger.bad-request"),
            (Charge(""), "ledger.bad-request"),
            (Disclosure("d") with { Loss = new PrivacyLoss("zcdp", 0.1) }, "ledger.bad-request"),
            (Disclosure("d", count: 0), "ledger.bad-request"),
            (Disclosure("d", count: 11), "ledger.over-quota"),
            (Disclosure("d") with { Purpose = "rank" }, "ledger.no-disclosure-policy"),
            (Charge("c", rho: 5), "ledger.over-budget"),
        ];
        foreach (var (request, code) in wrong)
        {
            Assert.Equal(code, Code(await ledger.ReserveAsync(request)));
        }

        Assert.Equal(1, Value(await ledger.HeadAsync()).Version);
    }

    [Fact]
    public async Task Entries_VerifyAsAChainOffline()
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        for (var i = 1; i <= 5; i++)
        {
            Value(await ledger.ReserveAsync(Charge($"round-{i}")));
            Value(await ledger.CommitAsync($"round-{i}"));
        }

        var entries = await ledger.EntriesAsync(0, 100);
        Assert.Equal(11, entries.Length);
        Assert.True(LedgerChain.VerifyBytes([.. entries.Select(e => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(e.Json))]).IsOk);
        Assert.Equal([4L, 5L], (await ledger.EntriesAsync(3, 2)).Select(e => e.Version));
        var head = Value(await ledger.HeadAsync());
        Assert.Contains(head.HeadHash, entries[^1].Json, StringComparison.Ordinal);
        Assert.Null(SignedLedgerHead.FromParts(head.Party, head.Budget, head.Version, head.HeadHash, head.Signature.Span).Value
            .Verify((await consortium.Keys.GetAsync("hospital-1")).PublicKey));
    }

    [Fact]
    public async Task Reserve_ThreeHundredAtOnce_NeverOverBudget_AndEachAnswerIsTrue()
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms(epsilon: 2)));
        var replies = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => ledger.ReserveAsync(Charge($"c-{i % 150}", rho: 0.001))));

        var statement = Value(await ledger.StatementAsync());
        Assert.True(statement.EpsilonSoFar <= 2);
        Assert.True(replies.Count(r => r.Refusal is not null) is > 0 and < 300);
        Assert.All(replies.Where(r => r.Refusal is not null), r => Assert.Equal("ledger.over-budget", r.Refusal!.Code));
        Assert.Equal(
            replies.Where(r => r.Value is not null).Select(r => r.Value!.ChargeId).Distinct().Order(StringComparer.Ordinal),
            statement.Charges.Select(c => c.ChargeId).Order(StringComparer.Ordinal));
        Assert.Equal("ledger.over-budget", Code(await ledger.ReserveAsync(Charge("one-more", rho: 0.001))));
    }

    [Fact]
    public async Task Ledger_AfterItsActivation_StandsAsBefore()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        Value(await ledger.ReserveAsync(Charge("round-1")));
        var before = Value(await ledger.StatementAsync());
        await consortium.Cluster.DeactivateAllAsync();
        var after = Value(await ledger.StatementAsync());
        Assert.Equal((before.Version, before.HeadHash, before.EpsilonSoFar), (after.Version, after.HeadHash, after.EpsilonSoFar));
        Assert.Equal("committed", Value(await ledger.CommitAsync("round-1")).Status);
    }
}
