using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols;
using PrivacyGrains.Protocols.Channels;
using PrivacyGrains.Protocols.Identity;
using PrivacyGrains.Protocols.Rosters;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Cli.Bench;

/// <summary>One party of the engines <c>processes</c> and <c>orleans</c>: a process of its own, told by its parent over standard input whom to join.</summary>
/// <remarks>
/// Keys are real and its own; the parent passes public keys, ports and signed offers on, as a coordinator does. Party 0 leads: it draws each run's seed, from
/// which every party makes the same inputs and correlations (not measured) and uses its own part of them; then all start at its word. Ends with its parent.
/// </remarks>
internal static class BenchParty
{
    private const int Seed = -1;
    private const int Ready = -2;
    private const int Go = -3;
    private const int Took = -4;
    private const int Result = -5;

    /// <summary>Runs to the end.</summary>
    /// <param name="work">What is measured.</param>
    /// <param name="engine">What carries the messages: one of <see cref="BenchProcesses.Names"/>.</param>
    /// <param name="self">The party's index.</param>
    /// <param name="clock">How long, as party 0 counts it.</param>
    /// <param name="input">The parent's lines.</param>
    /// <param name="output">Lines for the parent; party 0's last one holds the measured seconds.</param>
    /// <param name="cancel">Ends it between two runs.</param>
    public static async Task RunAsync(BenchWork work, string engine, int self, BenchClock clock, TextReader input, TextWriter output, CancellationToken cancel)
    {
        PartyId[] names = [.. PartyTable.Names(work.Scheme)];
        await using IPartyMeeting meeting = engine == BenchProcesses.Orleans ? new SiloMeeting(names, self) : new StreamMeeting(names, self);
        using var seat = await JoinAsync(work.Scheme, names, self, meeting, input, output, cancel);
        _ = Task.Run(async () =>
        {
            // Nothing more comes from the parent: its end of the pipe closes when it dies, however it dies.
            await input.ReadLineAsync(CancellationToken.None);
            Environment.Exit(1);
        }, CancellationToken.None);
        if (self == 0)
        {
            var seconds = await clock.RunAsync(isChecked => LeadAsync(work, seat, isChecked), cancel);
            await TellAsync(seat, Seed, [0, 0, 0]);
            await output.WriteLineAsync($"took {string.Join(' ', seconds.Select(BitConverter.DoubleToInt64Bits))}");
            return;
        }

        var leader = seat.Links[seat.Committee.Parties[0]];
        while (await HearAsync(leader, Seed, 3) is [> 0 and var mode, var low, var high])
        {
            var run = Prepare(work, low, high);
            await TellAsync(leader, Ready, []);
            await HearAsync(leader, Go, 0);
            var (took, result) = await MeasureAsync(work, run, seat);
            await TellAsync(leader, Took, [BitConverter.DoubleToUInt64Bits(took)]);
            if (mode > 1)
            {
                await TellAsync(leader, Result, result());
            }
        }
    }

    private static async Task<double> LeadAsync(BenchWork work, Seat seat, bool isChecked)
    {
        var seed = MemoryMarshal.Cast<byte, ulong>(RandomNumberGenerator.GetBytes(AesCtrRandomSource.SeedLength)).ToArray();
        await TellAsync(seat, Seed, [isChecked ? 2UL : 1UL, .. seed]);
        var run = Prepare(work, seed[0], seed[1]);
        foreach (var link in seat.Links.Values)
        {
            await HearAsync(link, Ready, 0);
        }

        await TellAsync(seat, Go, []);
        var (slowest, result) = await MeasureAsync(work, run, seat);
        var results = new List<ulong[]> { isChecked ? result() : [] };
        foreach (var peer in seat.Committee.Peers)
        {
            slowest = Math.Max(slowest, BitConverter.UInt64BitsToDouble((await HearAsync(seat.Links[peer], Took, 1))[0]));
            if (isChecked)
            {
                results.Add(await HearAsync(seat.Links[peer], Result, results[0].Length));
            }
        }

        if (isChecked)
        {
            run.Check(results);
        }

        return slowest;
    }

    private static BenchRun Prepare(BenchWork work, ulong low, ulong high)
    {
        using var random = new AesCtrRandomSource(MemoryMarshal.AsBytes<ulong>(new[] { low, high }));
        return work.Prepare(random);
    }

    private static async Task<(double Seconds, Func<ulong[]> Result)> MeasureAsync(BenchWork work, BenchRun run, Seat seat)
    {
        seat.Forget();
        var start = TimeProvider.System.GetTimestamp();
        var result = await run.Side(seat);
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        seat.Require(work);
        return (seconds, result);
    }

    private static async Task TellAsync(Seat seat, int what, ulong[] words)
    {
        foreach (var link in seat.Links.Values)
        {
            await TellAsync(link, what, words);
        }
    }

    private static ValueTask TellAsync(SeatLink link, int what, ulong[] words) =>
        link.SendAsync(new BenchMessage(what, words.Length, (from, destination) => words.AsSpan(from, destination.Length).CopyTo(destination)));

    private static async Task<ulong[]> HearAsync(SeatLink link, int what, int words)
    {
        using var message = await link.ReceiveAsync(checked((int)BenchMessage.LengthOf(words)));
        return BenchMessage.Words(message, what, words).ToArray();
    }

    private static async Task<Seat> JoinAsync(
        SharingScheme scheme, PartyId[] names, int self, IPartyMeeting meeting, TextReader input, TextWriter output, CancellationToken cancel)
    {
        using var key = SigningKey.Create();
        await output.WriteLineAsync($"{meeting.Port} {Convert.ToBase64String(key.PublicKey.Spki.Span)}");
        var others = (await ReadAsync(input, cancel)).Select(word => word.Split(',')).ToList();
        int[] ports = [.. others.Select(other => int.Parse(other[0], CultureInfo.InvariantCulture))];
        await meeting.PrepareAsync(ports, cancel);
        var roster = PartyTable.RosterOf(scheme, others.Select(other => VerificationKey.Create(Convert.FromBase64String(other[1]))));
        using var local = LocalSession.Begin(roster, names[self], key);
        await output.WriteLineAsync(Convert.ToBase64String(local.Offer.Encoded.Span));
        var offers = await ReadAsync(input, cancel);
        await meeting.MeetAsync(ports, cancel);
        var links = names.Where(name => name != names[self]).ToDictionary(
            name => name,
            name => meeting.Link(name, local.Connect(SessionOffer.Accept(roster, Convert.FromBase64String(offers[Array.IndexOf(names, name)])).Value).Value));
        return new Seat(Committee.Create(scheme, names, names[self]), links);
    }

    private static async Task<string[]> ReadAsync(TextReader input, CancellationToken cancel) =>
        (await input.ReadLineAsync(cancel) ?? throw new EndOfStreamException("The parent is gone.")).Split(' ');
}
