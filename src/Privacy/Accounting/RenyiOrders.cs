using System.Collections.Immutable;

namespace PrivacyGrains.Privacy.Accounting;

/// <summary>The one grid of Renyi orders that every loss and every ledger is written over.</summary>
/// <remarks>
/// Order minus one runs from 1/4 to 1024 in four steps an octave (1, 1.25, 1.5, 1.75 times a power of two): exact binary fractions, and dense enough that the best
/// order of the grid gives an epsilon within half a percent of the best of all orders. The grid never changes under its <see cref="GridVersion"/>.
/// </remarks>
public static class RenyiOrders
{
    /// <summary>Names the grid in stored entries.</summary>
    public const int GridVersion = 1;

    /// <summary>How many orders there are.</summary>
    public const int Count = 49;

    /// <summary>The orders, rising, each above 1 and exact.</summary>
    public static ImmutableArray<double> All { get; } = Build();

    private static ImmutableArray<double> Build()
    {
        var orders = ImmutableArray.CreateBuilder<double>(Count);
        for (var octave = -2; octave < 10; octave++)
        {
            for (var quarter = 4; quarter < 8; quarter++)
            {
                orders.Add(1 + Math.ScaleB(quarter / 4.0, octave));
            }
        }

        orders.Add(1 + 1024);
        return orders.MoveToImmutable();
    }
}
