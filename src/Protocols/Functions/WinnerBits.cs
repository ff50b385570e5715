using PrivacyGrains.Arithmetic;
using PrivacyGrains.Protocols.Beaver;
using PrivacyGrains.Protocols.Dealing;
using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Functions;

/// <summary>XOR shares of the results that each candidate of a tournament's level must win, joined by AND in a tree.</summary>
/// <remarks>Bits lie unpacked, a byte each: element (candidate, result) is one vector over the rows. Secret.</remarks>
internal sealed class WinnerBits
{
    private readonly int _rows;
    private List<byte[]>[] _results;

    internal WinnerBits(Committee committee, int rows, Bracket bracket, BitShares compared)
    {
        _rows = rows;
        var one = (byte)(committee.Self == 0 ? 1 : 0);
        _results = [.. bracket.Candidates.Select(_ => new List<byte[]>())];
        var candidateOf = bracket.Candidates.Select((c, at) => (c.Column, at)).ToDictionary(pair => pair.Column, pair => pair.at);
        var words = compared.Words;
        for (var p = 0; p < bracket.Pairs.Length; p++)
        {
            var (won, lost) = (new byte[rows], new byte[rows]);
            for (var row = 0; row < rows; row++)
            {
                var at = (row * bracket.Pairs.Length) + p;
                won[row] = (byte)((words[at / 64] >> (at % 64)) & 1);
                lost[row] = (byte)(won[row] ^ one);
            }

            _results[candidateOf[bracket.Pairs[p].Left]].Add(won);
            if (candidateOf.TryGetValue(bracket.Pairs[p].Right, out var right))
            {
                _results[right].Add(lost);
            }
        }
    }

    /// <summary>One level: every candidate's results are joined two by two.</summary>
    internal AwaitingPeers<ulong[]> Join(Committee committee, BitTriple triple)
    {
        var (left, right) = (new List<byte[]>(), new List<byte[]>());
        foreach (var own in _results)
        {
            for (var i = 0; i + 1 < own.Count; i += 2)
            {
                left.Add(own[i]);
                right.Add(own[i + 1]);
            }
        }

        var (outbound, finish) = BitMultiplication.Begin(committee, Pack(left), Pack(right), triple);
        return AwaitingPeers<ulong[]>.Broadcast(committee, Combination.OpenBits, outbound, opened =>
        {
            var products = finish(opened);
            Take(products);
            return products;
        });
    }

    /// <summary>The bits of having won, row by row, once each candidate has one result left.</summary>
    internal BitShares Won(Committee committee)
    {
        var packed = new ulong[PackedBits.WordsFor(_rows * _results.Length)];
        for (var c = 0; c < _results.Length; c++)
        {
            var bits = _results[c].Single();
            for (var row = 0; row < _rows; row++)
            {
                var at = (row * _results.Length) + c;
                packed[at / 64] |= (ulong)bits[row] << (at % 64);
            }
        }

        return BitShares.Own(committee.Scheme.Parties, committee.Self, _rows * _results.Length, packed);
    }

    private void Take(ulong[] products)
    {
        var at = 0;
        var next = new List<byte[]>[_results.Length];
        for (var c = 0; c < next.Length; c++)
        {
            next[c] = [];
            for (var i = 0; i + 1 < _results[c].Count; i += 2)
            {
                var bits = new byte[_rows];
                for (var row = 0; row < _rows; row++, at++)
                {
                    bits[row] = (byte)((products[at / 64] >> (at % 64)) & 1);
                }

                next[c].Add(bits);
            }

            if (_results[c].Count % 2 != 0)
            {
                next[c].Add(_results[c][^1]);
            }
        }

        _results = next;
    }

    private ulong[] Pack(List<byte[]> vectors)
    {
        var packed = new ulong[PackedBits.WordsFor(_rows * vectors.Count)];
        var at = 0;
        foreach (var vector in vectors)
        {
            foreach (var bit in vector)
            {
                packed[at / 64] |= (ulong)bit << (at % 64);
                at++;
            }
        }

        return packed;
    }
}
