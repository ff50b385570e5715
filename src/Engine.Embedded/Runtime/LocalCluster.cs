using System.Collections.Concurrent;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>The silos of this process and the one directory of their activations.</summary>
/// <remarks>A program has one silo. Several in one process are the test cluster's: they show placement, not distribution.</remarks>
internal sealed class LocalCluster
{
    private readonly ConcurrentDictionary<GrainId, IPlace> _directory = new();
    private readonly ConcurrentDictionary<GrainId, int> _turnsUntilKill = new();
    private readonly Lock _gate = new();
    private Silo[] _silos = [];

    internal LocalCluster() => References = new(this);

    internal ReferenceFactory References { get; }

    internal TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal IEnumerable<Activation> Activations => _directory.Values.SelectMany(p => p is WorkerPool pool ? pool.Workers() : [(Activation)p]);

    internal void Join(Silo silo)
    {
        lock (_gate)
            _silos = [.. _silos, silo];
    }

    /// <summary>No new activation is placed on the silo any more.</summary>
    internal void Leave(Silo silo)
    {
        lock (_gate)
            _silos = [.. _silos.Where(s => s != silo)];
    }

    /// <summary>Gives work to the grain's activation, making one where there is none. Never throws: trouble is the work's answer.</summary>
    internal void Dispatch(GrainId target, WorkItem item)
    {
        try
        {
            IPlace place;
            while (!(place = _directory.GetOrAdd(target, Place)).TryEnqueue(item))
                _directory.TryRemove(new(target, place)); // it has ended and is about to leave the directory
        }
        catch (Exception exception) when (exception is OrleansException or ArgumentException)
        {
            item.Refuse(exception);
        }
    }

    /// <summary>The grain's activations at this moment.</summary>
    internal Activation[] ActivationsOf(GrainId grain) => _directory.TryGetValue(grain, out var place)
        ? place is WorkerPool pool ? pool.Workers() : [(Activation)place]
        : [];

    /// <summary>Kills the grain's activation after so many of its turns, the present one if there is one, else the next.</summary>
    internal void KillAfterTurns(GrainId grain, int turns)
    {
        if (ActivationsOf(grain) is [var activation, ..])
            activation.Scheduler.TurnsUntilKill = turns;
        else
            _turnsUntilKill[grain] = turns;
    }

    private IPlace Place(GrainId grain)
    {
        var grainClass = GrainCatalog.Application.OfKind(grain.Type);
        var silo = Choose(grainClass, grain);
        if (grainClass.WorkerLimit > 0)
            return new WorkerPool(grainClass.WorkerLimit, forget => new(silo, grainClass, grain, 0, forget));

        _turnsUntilKill.TryRemove(grain, out var turns);
        return new Activation(silo, grainClass, grain, turns, ended => _directory.TryRemove(new(grain, ended)));
    }

    private Silo Choose(GrainClass grainClass, GrainId grain)
    {
        var silos = _silos;
        if (silos.Length == 0)
            throw new SiloUnavailableException("No silo runs in this process. Start the host first.");

        var party = grainClass.FollowsCoordinator ? EngineSiloOptions.CoordinatorParty
            : grainClass.FollowsParty ? PartyOf(grain.Key.ToString())
            : null;
        return Array.Find(silos, s => party is null || s.Hosts(party))
            ?? throw new OrleansException($"No active silo hosts the party '{party}', where {grain} has to run.");
    }

    private static string PartyOf(string key) => key.IndexOf('/') is var slash and >= 0 ? key[..slash] : key;
}
