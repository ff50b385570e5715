namespace PrivacyGrains.Engine.Runtime;

/// <summary>Where the calls of one grain go: its one activation, or a pool of workers.</summary>
internal interface IPlace
{
    /// <summary>Takes work on; false when the place has ended.</summary>
    bool TryEnqueue(WorkItem item);
}
