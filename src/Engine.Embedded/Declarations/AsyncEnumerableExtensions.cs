namespace Orleans.Runtime;

/// <summary>Options of asynchronous streams.</summary>
public static class AsyncEnumerableExtensions
{
    /// <summary>How many elements one message may carry. The embedded engine sends no messages, so it has no effect here.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="self">The stream that a grain returned.</param>
    /// <param name="maxBatchSize">The most elements in a batch.</param>
    /// <returns>The stream.</returns>
    public static IAsyncEnumerable<T> WithBatchSize<T>(this IAsyncEnumerable<T> self, int maxBatchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchSize, 1);
        return self;
    }
}
