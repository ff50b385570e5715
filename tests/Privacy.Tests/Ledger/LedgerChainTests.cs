using System.Text;
using PrivacyGrains.Privacy.Ledger;
using static PrivacyGrains.Privacy.Tests.Ledger.LedgerSamples;

namespace PrivacyGrains.Privacy.Tests.Ledger;

public class LedgerChainTests
{
    private static readonly List<LedgerEntry> History = Build();

    [Fact]
    public void Codec_EveryEntryType_RoundTripsToTheSameBytes()
    {
        Assert.Equal(9, History.Select(e => e.GetType()).Distinct().Count());
        foreach (var entry in History)
        {
            var bytes = LedgerEntryCodec.Encode(entry);
            Assert.True(LedgerEntryCodec.TryDecode(bytes, out var back));
            Assert.Equal(bytes, LedgerEntryCodec.Encode(back));
            Assert.Equal(entry.GetType(), back.GetType());
            Assert.DoesNotContain((byte)'\n', bytes);
        }
    }

    [Fact]
    public void Codec_TypeNamesAreStable()
    {
        var text = Encoding.UTF8.GetString(LedgerEntryCodec.Encode(History[0]));
        Assert.StartsWith("{\"type\":\"ledger.opened.v1\",\"party\":\"hospital-1\",\"budget\":\"patients\",\"version\":1,\"atUnixMs\":1800000000000,\"previousHash\":\"000", text, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"ledger.reserved.v1\"", Encoding.UTF8.GetString(LedgerEntryCodec.Encode(History[1])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"type\":\"ledger.unknown.v9\"}")]
    [InlineData("{\"type\":\"ledger.committed.v1\",\"party\":\"p\"}")]
    [InlineData("{\"type\":\"ledger.committed.v1\",\"party\":null,\"budget\":\"b\",\"version\":1,\"atUnixMs\":1,\"previousHash\":\"0\",\"chargeId\":\"c\",\"hash\":\"0\"}")]
    public void Codec_BytesThatAreNoEntry_AreRefused(string text) => Assert.False(LedgerEntryCodec.TryDecode(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Codec_OtherSpellingOfTheSameEntry_IsRefused()
    {
        var text = Encoding.UTF8.GetString(LedgerEntryCodec.Encode(History[2]));
        Assert.True(LedgerEntryCodec.TryDecode(Encoding.UTF8.GetBytes(text), out _));
        Assert.False(LedgerEntryCodec.TryDecode(Encoding.UTF8.GetBytes(text + " "), out _));
        Assert.False(LedgerEntryCodec.TryDecode(Encoding.UTF8.GetBytes(text.Replace("\"version\":", "\"version\": ", StringComparison.Ordinal)), out _));
    }

    [Fact]
    public void VerifyBytes_AnyByteOfAnyEntryChanged_FailsAtThatEntry()
    {
        var entries = History.ConvertAll(e => new ReadOnlyMemory<byte>(LedgerEntryCodec.Encode(e)));
        Assert.True(LedgerChain.VerifyBytes(entries).IsOk);
        for (var i = 0; i < entries.Count; i++)
        {
            var whole = entries[i];
            for (var at = 0; at < whole.Length; at++)
            {
                var bad = whole.ToArray();
                bad[at] ^= (byte)(at % 3 == 0 ? 1 : at % 3 == 1 ? 4 : 16);
                entries[i] = bad;
                var verdict = LedgerChain.VerifyBytes(entries);
                Assert.False(verdict.IsOk, $"entry {i}, byte {at}");
                // A first entry renamed to another ledger is inconsistent with the second at the latest.
                Assert.Equal(i, verdict.BadIndex);
            }

            entries[i] = whole;
        }
    }

    [Fact]
    public void Verify_EntryRemovedDoubledOrExchanged_Fails()
    {
        for (var i = 0; i < History.Count - 1; i++)
        {
            var removed = History.Where((_, at) => at != i).ToList();
            var doubled = History.Take(i + 1).Concat(History.Skip(i)).ToList();
            var exchanged = History.ToList();
            (exchanged[i], exchanged[i + 1]) = (exchanged[i + 1], exchanged[i]);
            Assert.Equal(i, LedgerChain.Verify(removed).BadIndex);
            Assert.Equal(i + 1, LedgerChain.Verify(doubled).BadIndex);
            Assert.Equal(i, LedgerChain.Verify(exchanged).BadIndex);
        }
    }

    [Fact]
    public void Apply_EntryOutOfPlaceOrForged_ThrowsInvalidData()
    {
        var ledger = BudgetLedger.Replay(History.Take(2));
        Assert.Throws<InvalidDataException>(() => ledger.Apply(History[3]));
        Assert.Throws<InvalidDataException>(() => ledger.Apply(History[1]));
        Assert.Throws<InvalidDataException>(() => ledger.Apply(History[2] with { AtUnixMs = 1 }));
        Assert.Throws<InvalidDataException>(() => BudgetLedger.Empty.Apply(History[1]));

        var twice = LedgerChain.Seal(((ChargeReserved)History[1]) with { Version = 3, PreviousHash = History[1].Hash!, Hash = null });
        Assert.Throws<InvalidDataException>(() => ledger.Apply(twice));
        var shortLoss = LedgerChain.Seal(((ChargeReserved)History[1]) with { Version = 3, PreviousHash = History[1].Hash!, ChargeId = "c9", LossUnits = [1, 2] });
        Assert.Throws<InvalidDataException>(() => ledger.Apply(shortLoss));
    }

    private static List<LedgerEntry> Build()
    {
        var (ledger, entries) = (BudgetLedger.Empty, new List<LedgerEntry>());
        Func<BudgetLedger, LedgerDecision>[] steps =
        [
            l => l.Open(Definition(), Now),
            l => l.Reserve(Charge("c1"), Now),
            l => l.Commit("c1", Now),
            l => l.MarkAborted("c1", "hospital-3 left \"mid-round\"", Now),
            l => l.Reserve(Charge("c2"), Now),
            l => l.Refund("c2", "nobody joined", Now),
            l => l.ReserveDisclosure(Disclosure("d1"), Now),
            l => l.CommitDisclosure("d1", Now),
            l => l.MarkDisclosureAborted("d1", "x", Now),
            l => l.ReserveDisclosure(Disclosure("d2"), Now),
            l => l.RefundDisclosure("d2", "x", Now),
        ];
        foreach (var step in steps)
        {
            var entry = step(ledger).Entry!;
            entries.Add(entry);
            ledger = ledger.Apply(entry);
        }

        return entries;
    }
}
