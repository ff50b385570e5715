using System.Collections.Immutable;
using PrivacyGrains.Ckks;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>Contexts by their parameters, the last few of a silo: their tables are large and take milliseconds to make. Thread-safe.</summary>
internal sealed class CkksContexts
{
    private const int Most = 8;
    private readonly Lock _gate = new();
    private readonly LinkedList<CkksContext> _recent = new();

    /// <summary>The context of parameters that were checked when they were chosen.</summary>
    public CkksContext Of(int degree, ImmutableArray<ulong> primes) => Of(CkksParameters.Create(degree, primes));

    /// <summary>The same.</summary>
    public CkksContext Of(CkksParameters parameters)
    {
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Parameters.Equals(parameters))
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value;
                }
            }

            var made = new CkksContext(parameters);
            _recent.AddFirst(made);
            if (_recent.Count > Most)
            {
                _recent.RemoveLast();
            }

            return made;
        }
    }
}
