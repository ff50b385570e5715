using System.CodeDom.Compiler;
using System.Collections.Immutable;
using System.Reflection;
using PrivacyGrains.Grains;

namespace PrivacyGrains.Architecture.Tests;

/// <summary>What Orleans would refuse at run time, or copy dearly, is refused here by the default build.</summary>
public class GrainContractTests
{
    private static readonly HashSet<Type> BuiltIn =
    [
        typeof(bool), typeof(byte), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(double), typeof(string), typeof(Guid),
        typeof(DateTimeOffset), typeof(TimeSpan), typeof(ReadOnlyMemory<byte>), typeof(CancellationToken),
    ];

    private static readonly HashSet<Type> BuiltInGeneric =
        [typeof(ImmutableArray<>), typeof(ImmutableDictionary<,>), typeof(Nullable<>), typeof(IAsyncEnumerable<>)];

    public static TheoryData<Type> Interfaces =>
        [.. typeof(Refusal).Assembly.GetTypes().Where(t => t.IsInterface && typeof(IAddressable).IsAssignableFrom(t))];

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void Interface_EveryMethod_ReturnsATaskAndHasAnAlias(Type contract)
    {
        Assert.NotNull(contract.GetCustomAttribute<AliasAttribute>());
        Assert.All(contract.GetMethods(), method =>
        {
            Assert.NotNull(method.GetCustomAttribute<AliasAttribute>());
            Assert.True(IsAwaitable(method.ReturnType), $"{contract.Name}.{method.Name} returns {method.ReturnType}");
        });
        Assert.Equal(contract.GetMethods().Length, contract.GetMethods().Select(m => m.GetCustomAttribute<AliasAttribute>()!.Alias).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void Interface_EveryTypeItSays_CrossesTheWire(Type contract)
    {
        var seen = new HashSet<Type>();
        foreach (var method in contract.GetMethods())
        {
            foreach (var parameter in method.GetParameters())
            {
                Check(parameter.ParameterType, seen, $"{contract.Name}.{method.Name}({parameter.Name})");
            }

            foreach (var result in method.ReturnType.GetGenericArguments())
            {
                Check(result, seen, $"{contract.Name}.{method.Name}");
            }
        }
    }

    [Fact]
    public void Aliases_OfRecords_AreUnique()
    {
        var ours = typeof(Refusal).Assembly.GetExportedTypes().Where(t => t.GetCustomAttribute<GeneratedCodeAttribute>() is null); // Orleans' generator adds others
        var aliases = ours.Select(t => t.GetCustomAttribute<AliasAttribute>()?.Alias).OfType<string>().ToList();
        Assert.Empty(aliases.GroupBy(a => a).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Grains_AreSealedAndInternal()
    {
        var grains = Assembly.Load("PrivacyGrains.Grains").GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(Grain).IsAssignableFrom(t));
        Assert.Empty(grains.Where(grain => !grain.IsSealed || grain.IsPublic).Select(grain => grain.FullName));
    }

    private static bool IsAwaitable(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)
            || type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)));

    private static void Check(Type type, HashSet<Type> seen, string place)
    {
        if (BuiltIn.Contains(type) || type.IsGenericParameter || !seen.Add(type))
        {
            return;
        }

        Assert.False(type.IsArray, $"{place}: {type} is an array; say ImmutableArray or ReadOnlyMemory");
        if (type.IsGenericType && BuiltInGeneric.Contains(type.GetGenericTypeDefinition()))
        {
            Array.ForEach(type.GetGenericArguments(), argument => Check(argument, seen, place));
            return;
        }

        if (typeof(IAddressable).IsAssignableFrom(type))
        {
            return;
        }

        var isOurs = type.Assembly == typeof(Refusal).Assembly;
        Assert.True(isOurs, $"{place}: {type} is no type of the grains' vocabulary");
        Assert.True(type.GetCustomAttribute<GenerateSerializerAttribute>() is not null, $"{place}: {type} lacks [GenerateSerializer]");
        Assert.True(type.GetCustomAttribute<AliasAttribute>() is not null, $"{place}: {type} lacks [Alias]");
        if (type.IsEnum)
        {
            return;
        }

        Assert.True(type.GetCustomAttribute<ImmutableAttribute>() is not null, $"{place}: {type} lacks [Immutable]");
        var members = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0).ToList();
        var ids = members.Select(p => p.GetCustomAttribute<IdAttribute>()?.Id).ToList();
        Assert.All(members.Zip(ids), pair => Assert.True(pair.Second is not null, $"{place}: {type}.{pair.First.Name} lacks [Id]"));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var member in members)
        {
            Assert.True(IsInitOnly(member), $"{place}: {type}.{member.Name} can be set");
            Check(member.PropertyType, seen, $"{place} > {type.Name}.{member.Name}");
        }

        Array.ForEach(type.GetGenericArguments(), argument => Check(argument, seen, place));
    }

    private static bool IsInitOnly(PropertyInfo property) =>
        property.SetMethod is null
        || property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));
}
