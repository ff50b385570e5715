using System.Collections.Immutable;

namespace PrivacyGrains.Learning.Onnx;

/// <summary>What a name of the graph stands for: a constant, or a value of every record.</summary>
internal abstract record OnnxOperand;

/// <summary>A constant of the model, or numbers made of shapes.</summary>
/// <param name="Tensor">Dimensions and numbers. Where the number of records enters, the number beside it counts.</param>
/// <param name="Records">For each number how many times the number of records it is; 0 where it is a plain number. Null where all are.</param>
internal sealed record OnnxConstant(OnnxTensor Tensor, double[]? Records = null) : OnnxOperand
{
    public long[] Dimensions => Tensor.Dimensions;

    public double[] Values => Tensor.Values;

    /// <summary>With the number of records only where it enters.</summary>
    public static OnnxConstant Of(OnnxTensor tensor, double[]? records) => new(tensor, records is not null && records.Any(times => times != 0) ? records : null);

    /// <summary>The same elements moved: element j is what was element map[j].</summary>
    public OnnxConstant Move(long[] dimensions, int[] map) =>
        Of(Tensor with { Dimensions = dimensions, Values = [.. map.Select(i => Values[i])] }, Records is null ? null : [.. map.Select(i => Records[i])]);

    /// <summary>The same elements under other dimensions.</summary>
    public OnnxConstant Reshape(params long[] dimensions) => this with { Tensor = Tensor with { Dimensions = dimensions } };
}

/// <summary>A value that every record has.</summary>
/// <param name="Index">0 for the record, i + 1 for what node i makes.</param>
/// <param name="Dimensions">Without the records' own, which always comes first.</param>
/// <param name="IsInteger">Whether the file takes it for integers (a place from ArgMax, a truth).</param>
internal sealed record OnnxValue(int Index, ImmutableArray<int> Dimensions, bool IsInteger = false) : OnnxOperand
{
    /// <summary>Whether its numbers are known to be shares of one: not negative, and one in sum.</summary>
    public bool SumsToOne { get; init; }

    /// <summary>Whether its numbers are truths: 0 and 1.</summary>
    public bool IsTruth { get; init; }

    /// <summary>With the records' dimension.</summary>
    public int Rank => Dimensions.Length + 1;

    public int Width => Dimensions.Aggregate(1, (product, dimension) => product * dimension);
}
