using PrivacyGrains.Privacy.Queries.Language;
using PrivacyGrains.Privacy.Queries.Schemas;

namespace PrivacyGrains.Privacy.Queries.Selects;

/// <summary>What is summed for each group.</summary>
public enum MeasureKind
{
    /// <summary>1 a row.</summary>
    Rows = 0,

    /// <summary>1 a privacy unit that has rows in the group.</summary>
    Units = 1,

    /// <summary>A row's clamped value over the greater of |low| and |high|.</summary>
    Value = 2,

    /// <summary>A row's clamped value's distance from the middle of its range, over half the range.</summary>
    Centred = 3,

    /// <summary>The square of <see cref="Centred"/>, stretched to -1 .. 1.</summary>
    Square = 4,
}

/// <summary>One coordinate of each group: aggregates that need the same measure share it, and so its noise.</summary>
/// <param name="Kind">What is summed.</param>
/// <param name="Column">Of which column; empty for counts.</param>
public readonly record struct Measure(MeasureKind Kind, string Column)
{
    /// <summary>Integer steps in one unit of a measure; also the weight of a row in counts beside sums, so that noise hurts all alike.</summary>
    public const long Steps = 1 << 20;

    /// <summary>Whether the measure never falls below zero.</summary>
    internal bool IsCount => Kind is MeasureKind.Rows or MeasureKind.Units;

    /// <summary>As people read it.</summary>
    public override string ToString() => Kind switch
    {
        MeasureKind.Rows => "rows",
        MeasureKind.Units => "units",
        MeasureKind.Value => $"sum of {Column}",
        MeasureKind.Centred => $"centred sum of {Column}",
        _ => $"sum of squares of {Column}",
    };

    /// <summary>The measures that an aggregate needs; a quantile needs the rows for its error bar.</summary>
    internal static IEnumerable<Measure> Of(Aggregate aggregate) => aggregate.Kind switch
    {
        AggregateKind.Count => [new(MeasureKind.Rows, "")],
        AggregateKind.CountUnits => [new(MeasureKind.Units, "")],
        AggregateKind.Sum => [new(MeasureKind.Value, aggregate.Column)],
        AggregateKind.Average => [new(MeasureKind.Rows, ""), new(MeasureKind.Centred, aggregate.Column)],
        AggregateKind.Variance => [new(MeasureKind.Rows, ""), new(MeasureKind.Centred, aggregate.Column), new(MeasureKind.Square, aggregate.Column)],
        _ => [new(MeasureKind.Rows, "")],
    };

    /// <summary>A row's part, from -<see cref="Steps"/> to <see cref="Steps"/> and, of a value itself, within <see cref="ValueRange"/>, whatever the value is: the sensitivity rests on that alone.</summary>
    internal long Encode(ColumnSchema column, double value)
    {
        var (low, high) = (column.Low!.Value, column.High!.Value);
        var clamped = Math.Clamp(value, low, high);
        if (Kind == MeasureKind.Value)
        {
            var (least, most) = ValueRange(column);
            return Math.Clamp(Round(clamped / Scale(column)), least, most);
        }

        var half = (high / 2) - (low / 2);
        var centred = Math.Clamp((clamped - low - half) / half, -1, 1);
        return Round(Kind == MeasureKind.Centred ? centred : (2 * centred * centred) - 1);
    }

    /// <summary>The ends of a column's range as <see cref="MeasureKind.Value"/> sums them; the one of the greater magnitude is <see cref="Steps"/> from zero.</summary>
    internal static (long Least, long Most) ValueRange(ColumnSchema column) => (Round(column.Low!.Value / Scale(column)), Round(column.High!.Value / Scale(column)));

    /// <summary>The greatest magnitude in a column's range.</summary>
    internal static double Scale(ColumnSchema column) => Math.Max(Math.Abs(column.Low!.Value), Math.Abs(column.High!.Value));

    private static long Round(double scaled) => Math.Clamp((long)Math.Round(scaled * Steps), -Steps, Steps);
}
