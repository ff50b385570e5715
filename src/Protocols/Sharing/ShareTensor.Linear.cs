namespace PrivacyGrains.Protocols.Sharing;

/// <content>What a party computes on its share alone: linear maps with public coefficients.</content>
public sealed partial class ShareTensor
{
    private const int RunWords = 1024;

    /// <summary>A share of x + y.</summary>
    /// <exception cref="ArgumentException">The other share has another scheme, party or shape.</exception>
    public ShareTensor Add(ShareTensor other)
    {
        RequireSame(other);
        var sum = new ulong[_words.Length];
        Scheme.Algebra.Add(_words, other._words, sum);
        return new ShareTensor(Scheme, Party, Shape, sum);
    }

    /// <summary>A share of x - y.</summary>
    /// <exception cref="ArgumentException">The other share has another scheme, party or shape.</exception>
    public ShareTensor Subtract(ShareTensor other)
    {
        RequireSame(other);
        var difference = new ulong[_words.Length];
        Scheme.Algebra.Subtract(_words, other._words, difference);
        return new ShareTensor(Scheme, Party, Shape, difference);
    }

    /// <summary>A share of x times a public element.</summary>
    /// <param name="factor">An element of the algebra; public.</param>
    public ShareTensor Scale(ulong factor)
    {
        var product = new ulong[_words.Length];
        Scheme.Algebra.Scale(_words, factor, product);
        return new ShareTensor(Scheme, Party, Shape, product);
    }

    /// <summary>A share of x plus public elements.</summary>
    /// <param name="values">One element per place; public.</param>
    /// <exception cref="ArgumentException">The length is not the shape's.</exception>
    public ShareTensor AddPublic(ReadOnlySpan<ulong> values)
    {
        var sum = new ulong[_words.Length];
        if (values.Length != sum.Length)
        {
            throw new ArgumentException($"A {Shape} tensor takes {Shape.Length} summands; {values.Length} came.", nameof(values));
        }

        if (Scheme.AddsConstants(Party))
        {
            Scheme.Algebra.Add(_words, values, sum);
        }
        else
        {
            _words.CopyTo(sum.AsSpan());
        }

        return new ShareTensor(Scheme, Party, Shape, sum);
    }

    /// <summary>A share of the matrix product x * m with a public matrix.</summary>
    /// <param name="matrix">columns(x) * <paramref name="columns"/> elements, row-major; public.</param>
    /// <param name="columns">Columns of the public matrix, at least 0.</param>
    /// <exception cref="ArgumentException">The length is not the shape's.</exception>
    public ShareTensor MultiplyPublicMatrix(ReadOnlySpan<ulong> matrix, int columns)
    {
        var shape = TensorShape.Of(Shape.Rows, columns);
        var product = new ulong[shape.Length];
        Scheme.Algebra.MultiplyMatrix(_words, matrix, product, Shape.Rows, Shape.Columns, columns);
        return new ShareTensor(Scheme, Party, shape, product);
    }

    /// <summary>A share of x + row, the row added to every row of the matrix x.</summary>
    /// <param name="row">A share of columns(x) elements in one row or one dimension.</param>
    /// <exception cref="ArgumentException">The row has another scheme, party or length.</exception>
    public ShareTensor AddRow(ShareTensor row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Scheme != Scheme || row.Party != Party || row._words.Length != Shape.Columns)
        {
            throw new ArgumentException($"A row of {Shape.Columns} elements of the same scheme and party is wanted; this is a {row}.", nameof(row));
        }

        var sum = new ulong[_words.Length];
        for (var i = 0; i < Shape.Rows; i++)
        {
            Scheme.Algebra.Add(_words.AsSpan(i * Shape.Columns, Shape.Columns), row._words, sum.AsSpan(i * Shape.Columns, Shape.Columns));
        }

        return new ShareTensor(Scheme, Party, Shape, sum);
    }

    /// <summary>The same elements under other dimensions; both share one memory.</summary>
    /// <param name="shape">As many elements.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public ShareTensor Reshape(TensorShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Length == Shape.Length
            ? new ShareTensor(Scheme, Party, shape, _words)
            : throw new ArgumentException($"A {Shape} tensor cannot become {shape}.", nameof(shape));
    }

    /// <summary>Chosen columns of a matrix, in the order given; a column may come twice.</summary>
    internal ShareTensor Columns(ReadOnlySpan<int> columns)
    {
        var shape = TensorShape.Of(Shape.Rows, columns.Length);
        var words = new ulong[shape.Length];
        Gather(0, columns, words);
        return new ShareTensor(Scheme, Party, shape, words);
    }

    /// <summary>Chosen columns of a matrix less others of it.</summary>
    internal ShareTensor ColumnDifferences(ReadOnlySpan<int> left, ReadOnlySpan<int> right)
    {
        var difference = Columns(left);
        var run = Math.Max(1, RunWords / Math.Max(1, right.Length)) * right.Length; // rows may be short: some at a time
        var subtrahend = System.Buffers.ArrayPool<ulong>.Shared.Rent(Math.Max(1, run));
        for (var at = 0; at < difference._words.Length; at += run)
        {
            var own = difference._words.AsSpan(at, Math.Min(run, difference._words.Length - at));
            Gather(at / right.Length, right, subtrahend.AsSpan(0, own.Length));
            Scheme.Algebra.Subtract(own, subtrahend.AsSpan(0, own.Length), own);
        }

        System.Buffers.ArrayPool<ulong>.Shared.Return(subtrahend, clearArray: true);
        return difference;
    }

    // Chosen columns of as many rows as there is room for.
    private void Gather(int row, ReadOnlySpan<int> columns, Span<ulong> destination)
    {
        var width = Shape.Columns;
        for (; !destination.IsEmpty; row++)
        {
            var from = _words.AsSpan(row * width, width);
            for (var i = 0; i < columns.Length; i++)
            {
                destination[i] = from[columns[i]];
            }

            destination = destination[columns.Length..];
        }
    }

    /// <summary>One number for each row, put in every column.</summary>
    internal ShareTensor Across(int columns) => Reshape(TensorShape.Of(Shape.Length, 1)).Columns(new int[columns]);

    /// <summary>The same elements in one dimension.</summary>
    internal ShareTensor Flat() => new(Scheme, Party, TensorShape.Of(Shape.Length), _words);

    /// <summary>One run of elements, flat.</summary>
    internal ShareTensor Slice(int start, int length) =>
        new(Scheme, Party, TensorShape.Of(length), _words.AsSpan(start, length).ToArray());

    /// <summary>Runs of elements one after the other, flat.</summary>
    internal static ShareTensor Concatenate(params ReadOnlySpan<ShareTensor> parts)
    {
        var length = 0;
        foreach (var part in parts)
        {
            length += part._words.Length;
        }

        var words = new ulong[length];
        var at = 0;
        foreach (var part in parts)
        {
            part._words.CopyTo(words.AsSpan(at));
            at += part._words.Length;
        }

        return new ShareTensor(parts[0].Scheme, parts[0].Party, TensorShape.Of(length), words);
    }

    /// <summary>Sets matrices of equally many rows side by side, as where owners hold different features of the same records.</summary>
    /// <param name="parts">At least one share, all of one scheme and party.</param>
    /// <exception cref="ArgumentException">Parts differ in scheme, party or rows, or there are none.</exception>
    public static ShareTensor ConcatenateColumns(params IReadOnlyList<ShareTensor> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0 || parts.Any(part => part.Scheme != parts[0].Scheme || part.Party != parts[0].Party || part.Shape.Rows != parts[0].Shape.Rows))
        {
            throw new ArgumentException("Parts of one scheme and party with equally many rows are wanted.", nameof(parts));
        }

        var shape = TensorShape.Of(parts[0].Shape.Rows, parts.Sum(part => part.Shape.Columns));
        var words = new ulong[shape.Length];
        var first = 0;
        foreach (var part in parts)
        {
            for (var i = 0; i < shape.Rows; i++)
            {
                part._words.AsSpan(i * part.Shape.Columns, part.Shape.Columns).CopyTo(words.AsSpan((i * shape.Columns) + first));
            }

            first += part.Shape.Columns;
        }

        return new ShareTensor(parts[0].Scheme, parts[0].Party, shape, words);
    }

    private void RequireSame(ShareTensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Scheme != Scheme || other.Party != Party || !other.Shape.Equals(Shape))
        {
            throw new ArgumentException($"Both shares must have one scheme, party and shape: {this}; {other}.", nameof(other));
        }
    }
}
