using System.Reflection;
using System.Text;

namespace PrivacyGrains.Engine.Tests;

/// <summary>Both engines show the same types and members in PrivacyGrains.Engine: this file is run on each and compares with one text.</summary>
public sealed class SurfaceTests
{
    [Fact]
    public void PublicSurface_IsTheApprovedOne()
    {
        var approved = Path.Combine(AppContext.BaseDirectory, "Surface.approved.txt");
        var actual = Describe();
        if (File.ReadAllText(approved) != actual)
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "Surface.received.txt"), actual);

        Assert.Equal(File.ReadAllText(approved), actual);
    }

    [Fact]
    public void EngineInfo_NamesTheEngineThatIsBuilt() =>
        Assert.Equal("PrivacyGrains.Engine." + EngineInfo.Name, typeof(EngineInfo).Assembly.GetName().Name);

    private static string Describe()
    {
        var text = new StringBuilder();
        var types = typeof(EngineInfo).Assembly.GetExportedTypes().Where(t => t.Namespace == "PrivacyGrains.Engine");
        foreach (var type in types.OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsAbstract && type.IsSealed ? "static " : type.IsSealed ? "sealed " : "").Append(type.IsInterface ? "interface " : "class ").Append(type).Append('\n');
            foreach (var member in type.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m is not MethodInfo { IsSpecialName: true }).Select(Line).Order(StringComparer.Ordinal))
                text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Line(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } constant => $"{constant} = {constant.GetRawConstantValue()}",
        PropertyInfo property => $"{property} {{ {(property.CanRead ? "get; " : "")}{(property.CanWrite ? "set; " : "")}}}",
        _ => member.ToString()!,
    };
}
