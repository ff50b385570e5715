using System.Buffers;
using PrivacyGrains.Arithmetic;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Dealing;

/// <summary>All parties' seed streams side by side, and the corrections as they grow.</summary>
/// <remarks>
/// Additive: seeds give all shares of a uniform element, and all but the last of a computed one. Shamir: the shares of parties 0..t fix a uniform
/// polynomial of degree t; those of parties 0..t-1 and the value fix that of a computed element.
/// </remarks>
internal sealed class DealerStreams : IDisposable
{
    private readonly SharingScheme _scheme;
    private readonly AesCtrRandomSource[] _seeds;
    private readonly int[] _lengths; // a rented array is longer
    private readonly ulong[][] _corrections;
    private readonly int[] _used;
    private readonly ulong[][] _randomWeights;
    private readonly ulong[][] _fixedWeights;

    internal DealerStreams(PreprocessingPlan plan, byte[][] seeds)
    {
        _scheme = plan.Scheme;
        _seeds = [.. seeds.Select(seed => new AesCtrRandomSource(seed))];
        _lengths = [.. seeds.Select((_, party) => checked((int)plan.CorrectionWords(party)))];
        _corrections = [.. _lengths.Select(length => ArrayPool<ulong>.Shared.Rent(length))];
        _used = new int[seeds.Length];
        var isShamir = _scheme.Kind == SharingKind.Shamir;
        ulong[] basis = [0, .. SharingScheme.Points(_scheme.CorruptionThreshold)];
        _randomWeights = isShamir ? WeightsFor(SharingScheme.Points(_scheme.CorruptionThreshold + 1)) : [];
        _fixedWeights = isShamir ? WeightsFor(basis) : [];
    }

    /// <summary>What goes to a party beside its seed.</summary>
    internal ReadOnlySpan<ulong> CorrectionOf(int party) => _used[party] == _lengths[party]
        ? _corrections[party].AsSpan(0, _lengths[party])
        : throw new InvalidOperationException("The correlations do not fill their corrections.");

    /// <summary>Draws a uniform vector and gives its value to the dealer.</summary>
    internal ulong[] Random(int length)
    {
        var algebra = _scheme.Algebra;
        var shares = Draw(_scheme.CorruptionThreshold + 1, length);
        if (_scheme.Kind == SharingKind.Shamir)
        {
            for (var party = shares.Length; party < _scheme.Parties; party++)
            {
                Interpolate(shares, _randomWeights[party], Correction(party, length));
            }

            var value = new ulong[length];
            Interpolate(shares, _scheme.OpeningWeights, value);
            return value;
        }

        var sum = shares[0];
        foreach (var share in shares.AsSpan(1))
        {
            algebra.Add(sum, share, sum);
        }

        return sum;
    }

    /// <summary>Draws uniform vectors a and b and shares a * b: what <see cref="Random"/> twice and <see cref="Fixed"/> of the product do, in one pass.</summary>
    /// <remarks>In Z_2^64 a place of a stream is known beforehand, so all streams are read side by side, and what is drawn of a run stays in the cache until its product is shared.</remarks>
    internal void Products(int length)
    {
        const int Run = 8192;
        if (_scheme.Kind == SharingKind.Shamir)
        {
            var (x, y) = (Random(length), Random(length));
            Field61.Multiply(x, y, x);
            Fixed(x);
            return;
        }

        var bytes = (long)length * sizeof(ulong);
        var lefts = _seeds.Select(seed => seed.Branch(bytes)).ToArray();
        var rights = _seeds.Select(seed => seed.Branch(bytes)).ToArray();
        var last = Correction(_scheme.Parties - 1, length);
        var (left, right, share) = (new ulong[Run], new ulong[Run], new ulong[Run]);
        for (var at = 0; at < length; at += Run)
        {
            var run = Math.Min(Run, length - at);
            Sum(lefts, left.AsSpan(0, run), share);
            Sum(rights, right.AsSpan(0, run), share);
            Ring64.Multiply(left.AsSpan(0, run), right.AsSpan(0, run), left.AsSpan(0, run));
            foreach (var seed in _seeds.AsSpan(0, _seeds.Length - 1))
            {
                UniformElements.FillRing64(seed, share.AsSpan(0, run));
                Ring64.Subtract(left.AsSpan(0, run), share.AsSpan(0, run), left.AsSpan(0, run));
            }

            left.AsSpan(0, run).CopyTo(last[at..]);
        }

        Array.ForEach(lefts, stream => stream.Dispose());
        Array.ForEach(rights, stream => stream.Dispose());
        Array.ForEach([left, right, share], Array.Clear);
    }

    /// <summary>Shares a vector that the dealer computed.</summary>
    internal void Fixed(ReadOnlySpan<ulong> value)
    {
        var shares = Draw(_scheme.CorruptionThreshold, value.Length);
        if (_scheme.Kind == SharingKind.Shamir)
        {
            ulong[][] points = [value.ToArray(), .. shares];
            for (var party = shares.Length; party < _scheme.Parties; party++)
            {
                Interpolate(points, _fixedWeights[party], Correction(party, value.Length));
            }

            return;
        }

        var last = Correction(_scheme.Parties - 1, value.Length);
        value.CopyTo(last);
        foreach (var share in shares)
        {
            Ring64.Subtract(last, share, last);
        }
    }

    /// <summary>Draws uniform bits, XOR-shared among all parties.</summary>
    internal ulong[] RandomBits(int words)
    {
        var sum = new ulong[words];
        var share = new ulong[words];
        foreach (var seed in _seeds)
        {
            UniformElements.FillRing64(seed, share);
            PackedBits.Xor(sum, share, sum);
        }

        return sum;
    }

    /// <summary>Draws uniform bits of each party's own.</summary>
    internal ulong[][] Own(int words)
    {
        var own = new ulong[_seeds.Length][];
        for (var party = 0; party < own.Length; party++)
        {
            own[party] = new ulong[words];
            UniformElements.FillRing64(_seeds[party], own[party]);
        }

        return own;
    }

    /// <summary>Gives all parties the same words.</summary>
    internal void Common(ReadOnlySpan<ulong> words)
    {
        for (var party = 0; party < _seeds.Length; party++)
        {
            words.CopyTo(Correction(party, words.Length));
        }
    }

    /// <summary>XOR-shares bits that the dealer computed.</summary>
    internal void FixedBits(ReadOnlySpan<ulong> value)
    {
        var last = Correction(_scheme.Parties - 1, value.Length);
        value.CopyTo(last);
        var share = new ulong[value.Length];
        foreach (var seed in _seeds.AsSpan(0, _seeds.Length - 1))
        {
            UniformElements.FillRing64(seed, share);
            PackedBits.Xor(last, share, last);
        }
    }

    public void Dispose()
    {
        foreach (var seed in _seeds)
        {
            seed.Dispose();
        }

        foreach (var correction in _corrections)
        {
            ArrayPool<ulong>.Shared.Return(correction, clearArray: true);
        }
    }

    private ulong[][] WeightsFor(ulong[] points) =>
        [.. Enumerable.Range(0, _scheme.Parties).Select(party => Field61Polynomial.LagrangeAt(points, SharingScheme.PointOf(party)))];

    private ulong[][] Draw(int parties, int length)
    {
        var shares = new ulong[parties][];
        for (var party = 0; party < parties; party++)
        {
            shares[party] = new ulong[length];
            _scheme.Algebra.FillUniform(_seeds[party], shares[party]);
        }

        return shares;
    }

    private static void Sum(AesCtrRandomSource[] streams, Span<ulong> sum, ulong[] share)
    {
        UniformElements.FillRing64(streams[0], sum);
        foreach (var stream in streams.AsSpan(1))
        {
            UniformElements.FillRing64(stream, share.AsSpan(0, sum.Length));
            Ring64.Add(sum, share.AsSpan(0, sum.Length), sum);
        }
    }

    private Span<ulong> Correction(int party, int length)
    {
        var part = _corrections[party].AsSpan(_used[party], length);
        _used[party] += length;
        return part;
    }

    private static void Interpolate(ulong[][] points, ReadOnlySpan<ulong> weights, Span<ulong> destination)
    {
        destination.Clear();
        var term = new ulong[destination.Length];
        for (var i = 0; i < points.Length; i++)
        {
            Field61.Scale(points[i], weights[i], term);
            Field61.Add(destination, term, destination);
        }
    }
}
