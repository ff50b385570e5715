namespace PrivacyGrains.Messages.Http;

/// <summary>A list, wrapped so that it can grow members without breaking its readers.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="Items">In the order that the endpoint states; whole unless the endpoint pages.</param>
public sealed record Listing<T>(IReadOnlyList<T> Items);

/// <summary>One page of an append-only list.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="Items">In ascending order; at most as many as the request's <c>limit</c>.</param>
/// <param name="Next">The value of the query parameter that continues after the last item; null where the list ends here for now.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, long? Next);
