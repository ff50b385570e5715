using System.Text;
using PrivacyGrains.Client.Audit;
using PrivacyGrains.Gateway.Tests.Hosting;
using PrivacyGrains.Protocols.Transparency;

namespace PrivacyGrains.Gateway.Tests.Endpoints;

public sealed class AuditTests(SharedConsortium shared) : IClassFixture<SharedConsortium>
{
    private readonly TestConsortium _consortium = shared.Consortium;

    [Fact]
    public async Task Entries_WithTheirProofs_VerifyAgainstTheSignedHead()
    {
        using var gateway = _consortium.AsOperator();
        var head = await gateway.Audit.HeadAsync();
        var entries = await gateway.Audit.AllEntriesAsync(head.Size);
        var inclusion = await gateway.Audit.InclusionAsync(2, head.Size);
        var consistency = await gateway.Audit.ConsistencyAsync(3, head.Size);

        Assert.Equal(head.Size, entries.Count);
        var root = Convert.FromHexString(head.RootHash);
        Assert.Null(MerkleProof.VerifyInclusion(MerkleTree.HashLeaf(Encoding.UTF8.GetBytes(entries[2].Json)), 2, head.Size, root, inclusion.Hashes));
        var earlier = new MerkleTree();
        entries.Take(3).ToList().ForEach(e => earlier.Append(Encoding.UTF8.GetBytes(e.Json)));
        Assert.Null(MerkleProof.VerifyConsistency(3, earlier.Root(), head.Size, root, consistency.Hashes));
    }

    [Fact]
    public async Task Entries_ArePaged()
    {
        using var gateway = _consortium.AsOperator();

        var page = await gateway.Audit.EntriesAsync(from: 1, limit: 2);

        Assert.Equal([1L, 2], page.Items.Select(e => e.Index));
        Assert.Equal(3, page.Next);
    }

    [Theory]
    [InlineData("/v1/audit/entries?from=-1", 400, "request.invalid-parameter")]
    [InlineData("/v1/audit/entries?from=x", 400, "request.invalid-parameter")]
    [InlineData("/v1/audit/proofs/inclusion?index=5&size=5", 400, "request.invalid-parameter")]
    [InlineData("/v1/audit/proofs/inclusion?index=5", 400, "request.invalid-parameter")]
    [InlineData("/v1/audit/proofs/inclusion?index=5&size=100000", 400, "audit.out-of-range")]
    [InlineData("/v1/audit/proofs/consistency?first=0&second=3", 400, "request.invalid-parameter")]
    public async Task Audit_WrongParameter_IsRefused(string path, int status, string code) =>
        (await _consortium.Gateway.SendAsync(HttpMethod.Get, path, TestConsortium.Operator)).IsProblem(status, code);

    [Fact]
    public async Task Actor_IsTheCredentialThatAsked()
    {
        using var gateway = _consortium.AsOperator();
        var entries = await gateway.Audit.AllEntriesAsync((await gateway.Audit.HeadAsync()).Size);

        var invited = entries.Select(e => AuditLeaf.Read(e.Json)!).First(l => l.Kind == "member.invited");

        Assert.Equal("operator", invited.Actor);
    }

    [Fact]
    public async Task Export_VerifiesOffline_AndATamperedOneDoesNot()
    {
        using var first = _consortium.As("hospital-1");
        var pins = Client.Parties.PartyFolder.Open(_consortium.FolderOf("hospital-1")).Pins;
        await first.Budgets.ReserveAsync("hospital-1", "records", TestConsortium.Charge("verified"));
        await first.Budgets.CommitAsync("hospital-1", "records", "verified");
        var coordinator = Protocols.Identity.VerificationKey.Create(pins.CoordinatorKey).Fingerprint;

        var (export, away) = await AuditExporter.ExportAsync(first);
        var good = AuditVerifier.Verify(export, coordinator, pins.Members);

        Assert.Empty(away);
        Assert.All(good, v => Assert.True(v.IsGood, string.Join("; ", v.Faults)));
        Assert.Contains(good, v => v.What == "ledger hospital-1/records" && v.Entries >= 3);

        string FaultOf(Messages.Audit.AuditExport changed) => AuditVerifier.Verify(changed, coordinator, pins.Members).SelectMany(v => v.Faults).First().Code;
        var entry = export.Entries[1];
        Assert.Equal("audit.wrong-root", FaultOf(export with { Entries = [.. export.Entries.Take(1), entry with { Json = entry.Json.Replace("hospital", "hostile", StringComparison.Ordinal) }, .. export.Entries.Skip(2)] }));
        Assert.Equal("audit.wrong-root", FaultOf(export with { Entries = [.. export.Entries.SkipLast(1)] }));
        Assert.Equal("audit.wrong-signature", FaultOf(export with { Head = export.Head with { Size = export.Head.Size + 1 } }));
        var ledger = export.Ledgers.Single(l => l.Head.Budget == "records");
        Assert.Equal("ledger.other-head", FaultOf(export with { Ledgers = [ledger with { Entries = [.. ledger.Entries.SkipLast(1)] }] }));
        Assert.Equal("ledger.broken-chain", FaultOf(export with { Ledgers = [ledger with { Entries = [.. ledger.Entries.Skip(1)] }] }));
        Assert.Equal("ledger.wrong-signature", FaultOf(export with { Ledgers = [ledger with { Head = ledger.Head with { Version = ledger.Head.Version - 1 } }] }));
        using var stranger = Protocols.Identity.SigningKey.Create();
        Assert.Equal("audit.other-key", FaultOf(export with { CoordinatorKey = stranger.PublicKey.Spki.ToArray() }));
        Assert.Equal("ledger.other-key", FaultOf(export with { Ledgers = [ledger with { PartyKey = stranger.PublicKey.Spki.ToArray() }] }));
    }

    [Fact]
    public async Task Receipt_Verifies_AndAChangedOneDoesNot()
    {
        using var first = _consortium.As("hospital-1");
        var receipt = await first.Budgets.ReserveAsync("hospital-1", "records", TestConsortium.Charge("receipt"));
        var (export, _) = await AuditExporter.ExportAsync(first);
        var ledger = export.Ledgers.Single(l => l.Head.Budget == "records");
        var key = Protocols.Identity.VerificationKey.Create(ledger.PartyKey);

        Assert.Null(LedgerVerifier.VerifyReceipt(receipt, key, ledger));
        Assert.Equal("ledger.wrong-receipt", LedgerVerifier.VerifyReceipt(receipt with { Status = "committed" }, key)!.Code);
    }

    [Fact]
    public async Task Events_ArriveAsTheyAreWritten_AndGoOnAfterTheLastSeen()
    {
        using var gateway = _consortium.AsOperator();
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var size = (await gateway.Audit.HeadAsync()).Size;
        var following = gateway.Audit.FollowAsync(size - 1, enough.Token).GetAsyncEnumerator(enough.Token);

        Assert.True(await following.MoveNextAsync());
        Assert.Equal(size - 1, following.Current.Data.Index);
        Assert.Equal($"{size - 1}", following.Current.Id);
        var next = following.MoveNextAsync(); // nothing is there yet
        await gateway.Keys.CreateAsync(new Messages.Keys.CreateKeyRequest(["auditor"]));
        Assert.True(await next);
        Assert.True(following.Current.Data.Index >= size);
        Assert.Equal("entry", following.Current.Kind);
        await enough.CancelAsync();
    }

    [Fact]
    public async Task Events_LastEventIdThatIsNone_IsRefused() =>
        (await _consortium.Gateway.SendAsync(HttpMethod.Get, "/v1/audit/events", TestConsortium.Operator, null, r => r.Headers.Add("Last-Event-ID", "x")))
        .IsProblem(400, "request.invalid-parameter");
}
