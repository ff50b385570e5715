using System.Collections.Concurrent;
using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace PrivacyGrains.Engine.Runtime;

/// <summary>Every grain class of the application: those of assemblies named PrivacyGrains.* beside the program, and the program's own.</summary>
internal sealed class GrainCatalog
{
    private const string Prefix = "PrivacyGrains.";
    private const string Program = "privacygrains";
    private static readonly Lazy<GrainCatalog> Whole = new(static () => new(FindClasses()));
    private readonly ConcurrentDictionary<(Type, string?), GrainClass> _byInterface = new();
    private readonly Dictionary<GrainType, GrainClass> _byKind = [];

    private GrainCatalog(IEnumerable<GrainClass> classes)
    {
        foreach (var c in classes)
        {
            if (!_byKind.TryAdd(c.Kind, c))
                throw new InvalidOperationException($"{c.Type} and {_byKind[c.Kind].Type} are both of the kind '{c.Kind}'. Give one of them another [GrainType].");
        }
    }

    /// <summary>The application's catalog, found on first use.</summary>
    internal static GrainCatalog Application => Whole.Value;

    internal GrainClass OfKind(GrainType kind) =>
        _byKind.GetValueOrDefault(kind) ?? throw new ArgumentException($"No grain class is of the kind '{kind}'.", nameof(kind));

    /// <summary>The one class that implements the interface; of several, the one named after it, or the one whose name starts so.</summary>
    internal GrainClass Implementing(Type type, string? prefix) => _byInterface.GetOrAdd((type, prefix), Find);

    private static IEnumerable<GrainClass> FindClasses() =>
        from assembly in Assemblies()
        from type in assembly.GetTypes()
        where type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false } && typeof(IGrainBase).IsAssignableFrom(type)
        select new GrainClass(type);

    private static IEnumerable<Assembly> Assemblies()
    {
        // The folder and not the references: a compiler drops a reference whose types a program never names.
        var names = Directory.EnumerateFiles(AppContext.BaseDirectory, Prefix + "*.dll").Select(f => Path.GetFileNameWithoutExtension(f));
        var loaded = AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName().Name!).Where(n => n == Program || n.StartsWith(Prefix, StringComparison.Ordinal));
        return names.Concat(loaded).Distinct(StringComparer.Ordinal).Select(n => Assembly.Load(new AssemblyName(n)));
    }

    private GrainClass Find((Type Interface, string? Prefix) wanted)
    {
        var (type, prefix) = wanted;
        var all = _byKind.Values.Where(c => type.IsAssignableFrom(c.Type)).ToList();
        var candidates = prefix is null ? all : all.FindAll(c => c.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal));
        var named = candidates.FindAll(c => type.Name[1..] == c.Type.Name);
        return (candidates.Count, named.Count) switch
        {
            (1, _) => candidates[0],
            (_, 1) => named[0],
            (0, _) => throw new ArgumentException($"No grain class implements {type}."),
            _ => throw new ArgumentException($"{string.Join(", ", candidates.Select(c => c.Type))} all implement {type}. Say which by a prefix."),
        };
    }
}
