using PrivacyGrains.Grains.Tests.Hosting;
using static PrivacyGrains.Grains.Tests.Hosting.TestConsortium;
using static PrivacyGrains.Grains.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Grains.Tests.Ledger;

public class LedgerWitnessTests
{
    [Fact]
    public async Task Commit_ShowsTheSignedHeadToEveryOtherMember()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2", "hospital-3");
        var ledger = await SpendAsync(consortium, "round-1");
        var head = Value(await ledger.HeadAsync());
        foreach (var witness in (string[])["hospital-2", "hospital-3"])
        {
            var kept = await consortium.Party(witness).GetWitnessedAsync("hospital-1", "records");
            Assert.Equal((head.Version, head.HeadHash), (kept!.Version, kept.HeadHash));
        }

        Assert.Null(await consortium.Party("hospital-1").GetWitnessedAsync("hospital-1", "records"));
    }

    [Fact]
    public async Task Ledger_RolledBack_IsRefusedByEveryCall_UntilTheStoreIsMended()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        using var older = new Testing.TempFolder();
        using var newest = new Testing.TempFolder();
        var ledger = await SpendAsync(consortium, "round-1");
        await consortium.Cluster.DeactivateAllAsync();
        await consortium.Stores.TamperAsync("hospital-1", journal => Copy(journal, older.Path));
        Value(await ledger.ReserveAsync(Charge("round-2")));
        Value(await ledger.CommitAsync("round-2"));
        await consortium.Cluster.DeactivateAllAsync();
        await consortium.Stores.TamperAsync("hospital-1", journal =>
        {
            Copy(journal, newest.Path);
            Copy(older.Path, journal);
        });

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("ledger.behind-witness", Code(await ledger.ReserveAsync(Charge("round-3"))));
            Assert.Equal("ledger.behind-witness", Code(await ledger.CommitAsync("round-1")));
            Assert.Equal("ledger.behind-witness", Code(await ledger.RefundAsync("round-1", "x")));
            Assert.Equal("ledger.behind-witness", Code(await ledger.MarkAbortedAsync("round-1", "x")));
            Assert.Equal("ledger.behind-witness", Code(await ledger.FindAsync("round-1")));
            Assert.Equal("ledger.behind-witness", Code(await ledger.StatementAsync()));
            Assert.Equal("ledger.behind-witness", Code(await ledger.HeadAsync()));
            Assert.Equal("ledger.behind-witness", Code(await ledger.OpenAsync(Terms())));
        }

        Assert.Equal(3, (await ledger.EntriesAsync(0, 100)).Length);
        await consortium.Cluster.DeactivateAllAsync();
        await consortium.Stores.TamperAsync("hospital-1", journal => Copy(newest.Path, journal));
        Assert.Equal(5, Value(await ledger.HeadAsync()).Version);
        Value(await ledger.ReserveAsync(Charge("round-3")));
    }

    [Fact]
    public async Task Ledger_Rewritten_IsRefused_ThoughItIsAsLong()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        using var opened = new Testing.TempFolder();
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        await consortium.Cluster.DeactivateAllAsync();
        await consortium.Stores.TamperAsync("hospital-1", journal => Copy(journal, opened.Path));
        await SpendAsync(consortium, "round-1");
        var truth = Value(await ledger.HeadAsync());
        await consortium.Cluster.DeactivateAllAsync();
        await consortium.Stores.TamperAsync("hospital-1", journal => Copy(opened.Path, journal));

        // The administrator's own hand: entries that fit the chain, with a smaller loss.
        var store = await consortium.Stores.OpenAsync("hospital-1", CancellationToken.None);
        var journal = await Grains.Journaling.Journal<Grains.Ledger.LedgerBook, Privacy.Ledger.LedgerEntry>.OpenAsync(
            store, "ledger/records", new(() => Grains.Ledger.LedgerBook.Empty, (b, e) => b.Apply(e), Grains.Ledger.LedgerCodec.Instance), CancellationToken.None);
        Assert.Null(await journal.DecideAsync(b => Grains.Ledger.LedgerRules.Reserve(b, Charge("round-1", rho: 0.0001), DateTimeOffset.UnixEpoch)));
        Assert.Null(await journal.DecideAsync(b => Grains.Ledger.LedgerRules.Commit(b, "round-1", DateTimeOffset.UnixEpoch)));
        Assert.Equal(truth.Version, journal.Version);

        Assert.Equal("ledger.behind-witness", Code(await ledger.StatementAsync()));
    }

    [Fact]
    public async Task Ledger_RolledBackInAConsortiumOfOne_IsBehindTheAuditLog()
    {
        await using var consortium = await StartAsync("hospital-1");
        using var older = new Testing.TempFolder();
        var ledger = await SpendAsync(consortium, "round-1");
        await consortium.Cluster.DeactivateAllAsync();
        await consortium.Stores.TamperAsync("hospital-1", journal => Copy(journal, older.Path));
        Value(await ledger.ReserveAsync(Charge("round-2")));
        await consortium.Cluster.DeactivateAllAsync();
        await consortium.Stores.TamperAsync("hospital-1", journal => Copy(older.Path, journal));
        Assert.Equal("ledger.behind-witness", Code(await ledger.ReserveAsync(Charge("round-3"))));
    }

    [Fact]
    public async Task Witness_HeadThatThePartyNeverSigned_StopsNobody()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        await SpendAsync(consortium, "round-1");
        var head = Value(await consortium.Ledger("hospital-1").HeadAsync());
        Assert.Equal("witness.unsigned", Code(await consortium.Party("hospital-2").WitnessAsync(head with { Version = 99 })));
        Assert.Equal("witness.unsigned", Code(await consortium.Party("hospital-2").WitnessAsync(head with { Party = "hospital-3" })));
        Assert.Equal("witness.unsigned", Code(await consortium.Party("hospital-1").WitnessAsync(head)));
        Assert.Equal("witness.malformed", Code(await consortium.Party("hospital-2").WitnessAsync(head with { HeadHash = "zz" })));
        Assert.Equal("witness.malformed", Code(await consortium.Party("hospital-2").WitnessAsync(head with { Signature = default })));
        Assert.Equal(3, (await consortium.Party("hospital-2").GetWitnessedAsync("hospital-1", "records"))!.Version);
    }

    [Fact]
    public async Task Witness_OlderHead_IsARollback_AndAnotherHashAFork_BothAuditedOnce()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        var ledger = await SpendAsync(consortium, "round-1");
        var first = Value(await ledger.HeadAsync());
        await SpendAsync(consortium, "round-2");
        var key = await consortium.Keys.GetAsync("hospital-1");
        var forged = Protocols.Transparency.SignedLedgerHead.Sign(key, Protocols.PartyId.Create("hospital-1"), "records", 5, new byte[32]);
        var fork = new LedgerHeadView("hospital-1", "records", 5, new string('0', 64), forged.Signature);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("witness.rollback", Code(await consortium.Party("hospital-2").WitnessAsync(first)));
            Assert.Equal("witness.fork", Code(await consortium.Party("hospital-2").WitnessAsync(fork)));
        }

        Assert.Equal(["witness.rollback", "witness.fork"], await consortium.AuditKindsAsync("witness."));
        Assert.Equal(5, (await consortium.Party("hospital-2").GetWitnessedAsync("hospital-1", "records"))!.Version);
    }

    [Fact]
    public async Task Witness_AfterHundredsOfHeads_StillKnowsTheNewest()
    {
        await using var consortium = await StartAsync("hospital-1", "hospital-2");
        var key = await consortium.Keys.GetAsync("hospital-1");
        for (var version = 1; version <= 300; version++)
        {
            var head = Protocols.Transparency.SignedLedgerHead.Sign(key, Protocols.PartyId.Create("hospital-1"), "records", version, new byte[32]);
            Value(await consortium.Party("hospital-2").WitnessAsync(new LedgerHeadView("hospital-1", "records", version, new string('0', 64), head.Signature)));
        }

        var store = await consortium.Stores.OpenAsync("hospital-2", CancellationToken.None);
        Assert.Equal(256, (await store.ReadSnapshotAsync("witness", CancellationToken.None))?.Version);
        await consortium.Cluster.DeactivateAllAsync();
        Assert.Equal(300, (await consortium.Party("hospital-2").GetWitnessedAsync("hospital-1", "records"))!.Version);
    }

    private static async Task<IBudgetLedgerGrain> SpendAsync(TestConsortium consortium, string chargeId)
    {
        var ledger = consortium.Ledger("hospital-1");
        Value(await ledger.OpenAsync(Terms()));
        Value(await ledger.ReserveAsync(Charge(chargeId)));
        Value(await ledger.CommitAsync(chargeId));
        return ledger;
    }

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
