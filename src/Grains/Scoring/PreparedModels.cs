using System.Collections.Immutable;
using PrivacyGrains.Ckks.Circuits;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Grains.Scoring;

/// <summary>The last few versions that this silo computed. Thread-safe.</summary>
internal sealed class PreparedModels(CkksContexts contexts, ScoringEvaluators evaluators)
{
    private const int Most = 8;
    private readonly Lock _gate = new();
    private readonly LinkedList<(string Name, PreparedModel Model)> _recent = new();

    /// <summary>Finds a version, or null where its numbers are to be fetched first.</summary>
    public PreparedModel? Find(string digest, int degree, ImmutableArray<ulong> primes)
    {
        var name = NameOf(digest, degree, primes);
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Name == name)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Model;
                }
            }
        }

        return null;
    }

    /// <summary>Plans a version that was planned when it was registered, and keeps it. Takes milliseconds to seconds: not on the scheduler.</summary>
    /// <exception cref="InvalidDataException">It cannot be planned any more.</exception>
    public PreparedModel Prepare(EncryptedModelContent content)
    {
        if (Find(content.Digest, content.Degree, content.Primes) is { } ready)
        {
            return ready;
        }

        var fault = EncryptedModelFile.TryRead(content.Model.Span, out var model);
        var parameters = CkksParameters.Create(content.Degree, content.Primes);
        var (plans, refused) = fault is null ? ParameterChoice.Plans(model!, parameters) : ([], fault);
        if (plans.IsEmpty)
        {
            throw new InvalidDataException($"Version {content.Version} was registered and cannot be planned now: {refused!.Code}, {refused.Field}. Register it anew.");
        }

        var prepared = new PreparedModel(contexts.Of(parameters), plans, evaluators);
        lock (_gate)
        {
            _recent.AddFirst((NameOf(content.Digest, content.Degree, content.Primes), prepared));
            if (_recent.Count > Most)
            {
                _recent.RemoveLast();
            }
        }

        return prepared;
    }

    private static string NameOf(string digest, int degree, ImmutableArray<ulong> primes) => $"{digest} {degree} {string.Join(' ', primes)}";
}
