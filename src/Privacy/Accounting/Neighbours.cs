namespace PrivacyGrains.Privacy.Accounting;

/// <summary>How two neighbouring data sets differ in one privacy unit.</summary>
public enum NeighbouringRelation
{
    /// <summary>One has all rows of one unit more than the other; the number of rows is not public.</summary>
    AddRemove = 0,

    /// <summary>One unit's rows are exchanged for another's; the number of units is public.</summary>
    ReplaceOne = 1,
}

/// <summary>Whom a guarantee protects: 1 to 48 characters of a-z, 0-9 and hyphen, beginning with a letter, as <c>record</c> or <c>patient</c>.</summary>
public readonly record struct PrivacyUnit
{
    private readonly string? _name;

    private PrivacyUnit(string name) => _name = name;

    /// <summary>One row of one party's table. A person with rows at k parties is protected k times less: state the maximum beside every claim.</summary>
    public static PrivacyUnit Record { get; } = new("record");

    /// <summary>The name.</summary>
    /// <exception cref="InvalidOperationException">This is the default value.</exception>
    public string Name => _name ?? throw new InvalidOperationException("A default PrivacyUnit protects nobody; use PrivacyUnit.Create.");

    /// <summary>Checks a name and makes it a unit.</summary>
    /// <param name="name">The name as it came from outside.</param>
    /// <returns>The unit.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds another character.</exception>
    public static PrivacyUnit Create(string name)
    {
        var good = name is { Length: >= 1 and <= 48 } && name[0] is >= 'a' and <= 'z';
        for (var i = 0; good && i < name.Length; i++)
        {
            good = name[i] is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-';
        }

        return good
            ? new PrivacyUnit(name)
            : throw new ArgumentException("A privacy unit is named by 1 to 48 characters of a-z, 0-9 and hyphen, beginning with a letter.", nameof(name));
    }

    /// <inheritdoc/>
    public override string ToString() => _name ?? "(nobody)";
}

/// <summary>What a guarantee is about: losses may be added only where this agrees.</summary>
/// <param name="Relation">How neighbours differ.</param>
/// <param name="Unit">Who is protected.</param>
public readonly record struct Neighbours(NeighbouringRelation Relation, PrivacyUnit Unit)
{
    /// <summary>One record more or fewer: the relation of record-level training.</summary>
    public static Neighbours AddRemoveRecord { get; } = new(NeighbouringRelation.AddRemove, PrivacyUnit.Record);

    /// <inheritdoc/>
    public override string ToString() => Relation == NeighbouringRelation.AddRemove ? $"add or remove one {Unit}" : $"replace one {Unit}";
}

/// <summary>The names of relations in files and messages.</summary>
public static class RelationNames
{
    /// <summary>The stable name: <c>add-remove</c> or <c>replace-one</c>.</summary>
    /// <param name="relation">Any relation.</param>
    /// <returns>The name.</returns>
    public static string Of(NeighbouringRelation relation) => relation == NeighbouringRelation.AddRemove ? "add-remove" : "replace-one";

    /// <summary>Reads a name.</summary>
    /// <param name="name">The name as it came.</param>
    /// <param name="relation">The relation, or the default.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? name, out NeighbouringRelation relation)
    {
        relation = name == "replace-one" ? NeighbouringRelation.ReplaceOne : NeighbouringRelation.AddRemove;
        return name is "add-remove" or "replace-one";
    }
}
