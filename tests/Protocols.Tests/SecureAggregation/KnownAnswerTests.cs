using System.Security.Cryptography;
using System.Text.Json;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.SecureAggregation;
using PrivacyGrains.Protocols.Wire;

namespace PrivacyGrains.Protocols.Tests.SecureAggregation;

/// <summary>Every message of a round, byte for byte, against an independent implementation.</summary>
public sealed class KnownAnswerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_KnownKeysAndCoefficients_GivesKnownMessagesAndSum(int index)
    {
        using var vectors = Vectors.Read("secure-aggregation/v1/rounds.json");
        var round = vectors.RootElement.GetProperty("rounds")[index];
        var clients = round.GetProperty("clients").EnumerateArray().ToArray();
        var signers = clients.Select(c => SigningKey.ImportPem(PemEncoding.WriteString("PRIVATE KEY", c.Hex("pkcs8")))).ToArray();
        var context = Context(round, clients, signers);
        Assert.Equal(round.Hex("roster"), context.Roster.Encoded.ToArray());
        Assert.Equal(round.Hex("context"), context.Digest.ToArray());

        var advertising = new ServerAdvertiseKeys(context);
        var advertised = clients.Select((c, i) => SecureAggregationClient.Advertise(context, Name(c), signers[i], Key(c, "c"), Key(c, "s"))).ToArray();
        Each(clients, advertised, "advertise", message => advertising.Add(message));
        var sharing = advertising.Close().Value;
        var shared = clients.Select((c, i) => advertised[i].ShareKeys(sharing.KeyList.Span, new Fixed(c.Hex("random"))).Value).ToArray();
        Each(clients, shared, "shares", message => sharing.Add(message));
        var collecting = sharing.Close().Value;

        var alive = clients.Select((c, i) => (Client: c, Index: i)).Where(c => c.Client.TryGetProperty("masked", out _)).ToArray();
        var survivors = alive.Select(c => c.Client).ToArray();
        var masked = alive.Select(c => shared[c.Index].Mask(collecting.DeliveryFor(Name(c.Client)).Value.Span, Words(c.Client, "input")).Value).ToArray();
        var sum = new MaskedSum(context);
        Each(survivors, masked, "masked", message =>
        {
            var input = MaskedInput.Read(context, message).Value;
            Assert.True(sum.Add(input));
            return collecting.Add(input.Receipt);
        });
        var checking = collecting.Close().Value;
        var confirmed = masked.Select(state => state.ConfirmSurvivors(checking.SurvivorList.Span).Value).ToArray();
        Each(survivors, confirmed, "consistency", message => checking.Add(message));
        var unmasking = checking.Close().Value;
        var unmasked = confirmed.Select(state => state.Unmask(unmasking.Confirmations.Span).Value).ToArray();
        Each(survivors, unmasked, "unmask", message => unmasking.Add(message));
        Assert.Equal(Words(round, "sum"), unmasking.Finish(sum).Value.Sum);
        Array.ForEach(signers, signer => signer.Dispose());
    }

    private static void Each<T>(JsonElement[] clients, T[] states, string property, Func<ReadOnlySpan<byte>, Checked<Acceptance>> add)
        where T : ClientPhase
    {
        foreach (var (known, state) in clients.Zip(states))
        {
            var reader = new WireReader(state.Message.Span, "secagg.signed", 1);
            Assert.Equal(known.GetProperty(property).GetString(), Convert.ToHexStringLower(reader.Bytes()));
            Assert.True(add(state.Message.Span).Value.IsNew);
        }
    }

    private static SecureAggregationContext Context(JsonElement round, JsonElement[] clients, SigningKey[] signers)
    {
        int Number(string property) => round.GetProperty(property).GetInt32();
        var (threshold, cohort) = (Number("reconstructionThreshold"), Number("minimumCohort"));
        var terms = new RosterTerms
        {
            Consortium = "known-answers",
            Epoch = 7,
            Session = SessionId.Create(round.GetProperty("session").GetString()!),
            Purpose = "training-round",
            ReconstructionThreshold = threshold,
            CorruptionThreshold = 0,
            MinimumCohort = cohort,
            ComputationDigest = round.Hex("computation"),
        };
        var roster = Roster.Create(terms, clients.Select((c, i) => new RosterMember(Name(c), RosterRoles.Contributor, signers[i].PublicKey)));
        return SecureAggregationContext.Create(
            roster, SecureAggregationParameters.Create(clients.Length, threshold, cohort, 0, Number("vectorLength"), Number("wordBits")));
    }

    private static PartyId Name(JsonElement client) => PartyId.Create(client.GetProperty("name").GetString()!);

    private static AgreementKey Key(JsonElement client, string property)
    {
        Assert.True(AgreementKey.TryImport(client.Hex(property), out var key));
        return key;
    }

    private static ulong[] Words(JsonElement element, string property) =>
        [.. element.GetProperty(property).EnumerateArray().Select(word => ulong.Parse(word.GetString()!))];

    /// <summary>Gives known bytes in order, and fails when they run out.</summary>
    private sealed class Fixed(byte[] bytes) : IRandomSource
    {
        private int _used;

        public void Fill(Span<byte> destination)
        {
            bytes.AsSpan(_used, destination.Length).CopyTo(destination);
            _used += destination.Length;
        }
    }
}
