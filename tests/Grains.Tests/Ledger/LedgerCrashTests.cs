using PrivacyGrains.Grains.Tests.Hosting;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Grains.Tests.Ledger;

public class LedgerCrashTests
{
    [KillTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReserveAndCommit_KilledAtEachAwait_ChargeOnceAndAuditEachEntryOnce(bool freshActivation)
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        var crashes = 0;
        for (var (turns, unharmed) = (1, 0); unharmed < 8; turns++)
        {
            Assert.True(turns < 500, $"{crashes} crashes, and no end: the work of one round grows with the rounds before it");

            // Each round has a ledger of its own: reading a longer one takes more turns, and the rounds would never outrun them.
            var ledger = consortium.Ledger("hospital-1", $"b-{turns}");
            Value(await ledger.OpenAsync(Terms()));
            if (freshActivation)
            {
                await consortium.Cluster.DeactivateAsync(ledger);
            }

            var before = crashes;
            consortium.Cluster.KillAfterTurns(ledger, turns);
            foreach (var step in (Func<Task<Reply<ChargeReceipt>>>[])[() => ledger.ReserveAsync(Charge("c")), () => ledger.CommitAsync("c")])
            {
                while (await CrashesAsync(async () => Value(await step())))
                {
                    crashes++;
                }
            }

            unharmed = crashes > before ? 0 : unharmed + 1; // more than one: how many turns a round takes differs a little
            StatementView statement = null!;
            while (await CrashesAsync(async () => statement = Value(await ledger.StatementAsync())))
            {
                // The turns that were left over end here.
            }

            Assert.Equal((3, "committed"), (statement.Version, Assert.Single(statement.Charges).Status));
            Assert.Equal(["budget.opened", "charge.reserved", "charge.committed"], await consortium.AuditKindsAsync($"hospital-1/ledger/b-{turns}\""));
        }

        Assert.True(crashes >= (freshActivation ? 20 : 4), $"{crashes} crashes");
    }

    [KillFact]
    public async Task AuditLog_KilledAtEachAwait_HasEachEntryOnceInOrder()
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        var rounds = 0;
        for (; rounds < 12; rounds++)
        {
            consortium.Cluster.KillAfterTurns(consortium.Audit, rounds + 1);
            Value(await ledger.ReserveAsync(Charge($"round-{rounds}", rho: 0.0001)));
            Value(await ledger.CommitAsync($"round-{rounds}"));
            await consortium.Cluster.DeactivateAsync(ledger); // a fresh activation sends what the log has not got
            await consortium.Cluster.KillActivationAsync(consortium.Audit);
        }

        Value(await ledger.StatementAsync());
        await AssertAuditedOnceAsync(consortium, rounds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ledger_WhoseAppendFails_SaysSo_AndTheRetryChargesOnce(bool afterWriting)
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        foreach (var step in (Func<Task<Reply<ChargeReceipt>>>[])[() => ledger.ReserveAsync(Charge("c")), () => ledger.CommitAsync("c")])
        {
            Fail(consortium, "hospital-1/ledger/records", afterWriting);
            await Assert.ThrowsAsync<IOException>(step);
            Mend(consortium);
            Value(await step());
        }

        var statement = Value(await ledger.StatementAsync());
        Assert.Equal((3, "committed"), (statement.Version, Assert.Single(statement.Charges).Status));
        await AssertAuditedOnceAsync(consortium, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AuditLog_WhoseAppendFails_RefusesNoCharge_AndGetsTheEntriesLaterOnce(bool afterWriting)
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        Fail(consortium, "consortium/audit/breast", afterWriting);
        Value(await ledger.ReserveAsync(Charge("round-0", rho: 0.0001)));
        Value(await ledger.CommitAsync("round-0"));
        Mend(consortium);
        await consortium.Cluster.DeactivateAsync(ledger);
        Value(await ledger.StatementAsync());
        await AssertAuditedOnceAsync(consortium, 1);
    }

    [Fact]
    public async Task Ledger_SecondActivationWritesBehindItsBack_TheBudgetHolds()
    {
        await using var consortium = await StartAsync("hospital-1");
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms(epsilon: 2)));
        Value(await ledger.ReserveAsync(Charge("mine", rho: 0.045)));
        var store = await consortium.Stores.OpenAsync("hospital-1", CancellationToken.None);
        var other = await Grains.Journaling.Journal<Grains.Ledger.LedgerBook, Privacy.Ledger.LedgerEntry>.OpenAsync(
            store, "ledger/records", new(() => Grains.Ledger.LedgerBook.Empty, (b, e) => b.Apply(e), Grains.Ledger.LedgerCodec.Instance), CancellationToken.None);
        Assert.Null(await other.DecideAsync(b => Grains.Ledger.LedgerRules.Reserve(b, Charge("theirs", rho: 0.045), DateTimeOffset.UnixEpoch)));

        Assert.Equal("ledger.over-budget", Code(await ledger.ReserveAsync(Charge("mine-2", rho: 0.045))));
        Assert.Equal("ledger.over-budget", (await other.DecideAsync(b => Grains.Ledger.LedgerRules.Reserve(b, Charge("theirs-2", rho: 0.045), DateTimeOffset.UnixEpoch)))?.Code);
        var statement = Value(await ledger.StatementAsync());
        Assert.Equal(["mine", "theirs"], statement.Charges.Select(c => c.ChargeId).Order(StringComparer.Ordinal));
        Assert.True(statement.EpsilonSoFar <= 2);
        Assert.Equal(["budget.opened", "charge.reserved", "charge.reserved"], await consortium.AuditKindsAsync("hospital-1/ledger/records"));
    }

    private static async Task<bool> CrashesAsync(Func<Task> step)
    {
        try
        {
            await step();
            return false;
        }
        catch (SiloUnavailableException)
        {
            return true;
        }
    }

    private static void Fail(TestConsortium consortium, string stream, bool afterWriting)
    {
        Func<string, Task> fail = written => written == stream ? throw new IOException("the disk is gone") : Task.CompletedTask;
        consortium.Stores.BeforeAppend = afterWriting ? static _ => Task.CompletedTask : fail;
        consortium.Stores.AfterAppend = afterWriting ? fail : static _ => Task.CompletedTask;
    }

    private static void Mend(TestConsortium consortium) =>
        (consortium.Stores.BeforeAppend, consortium.Stores.AfterAppend) = (static _ => Task.CompletedTask, static _ => Task.CompletedTask);

    private static async Task AssertAuditedOnceAsync(TestConsortium consortium, int rounds)
    {
        var expected = Enumerable.Repeat((string[])["charge.reserved", "charge.committed"], rounds).SelectMany(kinds => kinds).Prepend("budget.opened");
        Assert.Equal(expected, await consortium.AuditKindsAsync("hospital-1/ledger/records"));
    }
}
