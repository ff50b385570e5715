using System.Buffers;
using System.Collections.Concurrent;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Formats;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Cli.Bench.CkksParser;

/// <summary>Reads spoilt objects, and holds the readers to their word: no exception, no memory beyond what the parameters call for, a field named in each refusal, and nothing accepted that is not written again as it came.</summary>
internal static class ParserFuzz
{
    private const int Batch = 1000;
    private const long MostAllocated = 4 << 20;

    /// <summary>Runs.</summary>
    /// <param name="corpus">What to spoil.</param>
    /// <param name="seed">The same inputs for the same seed and corpus.</param>
    /// <param name="inputs">How many.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <returns>What came of them.</returns>
    public static FuzzResult Run(IReadOnlyList<FuzzObject> corpus, ulong seed, long inputs, CancellationToken cancel)
    {
        var parts = new ConcurrentBag<Worker>();
        Parallel.For(
            0,
            (inputs + Batch - 1) / Batch,
            new ParallelOptions { CancellationToken = cancel },
            () => new Worker(corpus),
            (batch, _, worker) =>
            {
                worker.Run(unchecked(seed + (ulong)batch), (int)Math.Min(Batch, inputs - (batch * Batch)));
                return worker;
            },
            parts.Add);
        var refused = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (code, count) in parts.SelectMany(p => p.Refused))
        {
            refused[code] = refused.GetValueOrDefault(code) + count;
        }

        return new FuzzResult(parts.Sum(p => p.Inputs), parts.Sum(p => p.Accepted), refused, parts.Max(p => p.LargestAllocation), [.. parts.SelectMany(p => p.Wrong).Take(5)]);
    }

    private sealed class Worker(IReadOnlyList<FuzzObject> corpus)
    {
        private readonly byte[] _buffer = new byte[corpus.Max(o => o.Bytes.Length) + 64];
        private readonly Ciphertext _ciphertext = new();
        private readonly ArrayBufferWriter<byte> _again = new();

        public long Inputs { get; private set; }

        public long Accepted { get; private set; }

        public Dictionary<string, long> Refused { get; } = [];

        public long LargestAllocation { get; private set; }

        public List<string> Wrong { get; } = [];

        public void Run(ulong seed, int count)
        {
            var mutator = new Mutator(seed);
            for (var i = 0; i < count; i++)
            {
                var source = corpus[mutator.Below(corpus.Count)];
                var length = mutator.Spoil(source.Bytes, corpus[mutator.Below(corpus.Count)].Bytes, _buffer);
                // Now and then it is sent to the wrong place.
                var kind = mutator.Below(16) == 0 ? (FuzzKind)mutator.Below(5) : source.Kind;
                var wrong = Read(kind, source.Context, length);
                Inputs++;
                if (wrong is not null && Wrong.Count < 5)
                {
                    Wrong.Add($"seed {seed}, input {i}, {source.Kind} read as {kind}: {wrong}");
                }
            }
        }

        private string? Read(FuzzKind kind, CkksContext context, int length)
        {
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var fault = Read(kind, context, new ReadOnlyMemory<byte>(_buffer, 0, length), out var rewrite);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                LargestAllocation = Math.Max(LargestAllocation, allocated);
                if (allocated > MostAllocated)
                {
                    return $"{allocated} bytes were allocated";
                }

                return fault is null ? Accept(kind, context, length, rewrite) : Refuse(fault);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return e.ToString();
            }
        }

        private string? Refuse(FormatFault fault)
        {
            Refused[fault.Code] = Refused.GetValueOrDefault(fault.Code) + 1;
            return fault.Code.StartsWith("ckks.", StringComparison.Ordinal) && fault.Field.Length > 0 && fault.Message.Length > 0 ? null : $"the refusal names nothing: {fault}";
        }

        /// <summary>Not packed it must come out as it went in; packed, what it was unpacked to must.</summary>
        private string? Accept(FuzzKind kind, CkksContext context, int length, Func<SealFraming> rewrite)
        {
            Accepted++;
            _again.ResetWrittenCount();
            var framing = rewrite();
            var input = _buffer.AsSpan(0, length);
            if (framing.Compression == SealCompression.None && kind != FuzzKind.GaloisKeys)
            {
                return _again.WrittenSpan.SequenceEqual(input) ? null : "what was accepted is written otherwise";
            }

            // The same meaning: read again, it is written again to the same bytes.
            var first = _again.WrittenSpan.ToArray();
            if (Read(kind, context, first, out rewrite) is { } fault)
            {
                return $"what was written is refused: {fault}";
            }

            _again.ResetWrittenCount();
            rewrite();
            return _again.WrittenSpan.SequenceEqual(first) ? null : "what was accepted means something else when it is read again";
        }

        private FormatFault? Read(FuzzKind kind, CkksContext context, ReadOnlyMemory<byte> bytes, out Func<SealFraming> rewrite)
        {
            FormatFault? fault;
            SealFraming framing;
            switch (kind)
            {
                case FuzzKind.Parameters:
                    fault = SealReader.ReadParameters(bytes.Span, out CkksParameters? parameters, out framing);
                    rewrite = Plain(framing, f => SealWriter.WriteParameters(parameters!, f, _again));
                    break;
                case FuzzKind.Ciphertext:
                    fault = SealReader.ReadCiphertext(context, bytes.Span, _ciphertext, out framing, out var seed);
                    CheckWords(context, fault, _ciphertext);
                    rewrite = Plain(framing, f => SealWriter.WriteCiphertext(context, _ciphertext, f, _again, seed));
                    break;
                case FuzzKind.PublicKey:
                    fault = SealReader.ReadPublicKey(context, bytes.Span, out PublicKey? key, out framing);
                    CheckWords(context, fault, key?.Value);
                    rewrite = Plain(framing, f => SealWriter.WritePublicKey(context, key!, f, _again));
                    break;
                case FuzzKind.RelinearizationKeys:
                    fault = SealReader.ReadRelinearizationKeys(context, AsStream(bytes), out var relin, out framing);
                    CheckWords(context, fault, [.. relin?.Key.Entries ?? []]);
                    rewrite = Plain(framing, f => SealWriter.WriteRelinearizationKeys(context, relin!, f, _again));
                    break;
                default:
                    fault = SealReader.ReadGaloisKeys(context, AsStream(bytes), out var galois, out framing);
                    CheckWords(context, fault, [.. galois?.Keys.Values.SelectMany(k => k.Entries) ?? []]);
                    rewrite = Plain(framing, f => SealWriter.WriteGaloisKeys(context, galois!, f, _again));
                    break;
            }

            return fault;
        }

        private static Func<SealFraming> Plain(SealFraming framing, Action<SealFraming> write) => () =>
        {
            write(framing with { Compression = SealCompression.None });
            return framing;
        };

        private static MemoryStream AsStream(ReadOnlyMemory<byte> bytes) =>
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : throw new InvalidOperationException();

        private static void CheckWords(CkksContext context, FormatFault? fault, params ReadOnlySpan<Ciphertext?> values)
        {
            foreach (var value in fault is null ? values : [])
            {
                var words = value!.Words;
                for (var i = 0; i < words.Length; i++)
                {
                    if (words[i] >= context.Moduli[i / value.Degree % value.PrimeCount].Value)
                    {
                        throw new InvalidOperationException($"word {i} is not less than its prime");
                    }
                }
            }
        }
    }
}
