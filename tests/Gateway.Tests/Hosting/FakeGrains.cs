using System.Reflection;

namespace PrivacyGrains.Gateway.Tests.Hosting;

/// <summary>Grains of a test's own making, for what real ones do rarely: fail, hang, or be away. Only for tests of the mapping to HTTP.</summary>
public class FakeGrains : DispatchProxy
{
    private Func<Type, string, MethodInfo, object?[], object?> _answer = null!;

    /// <summary>A factory whose grains answer by this function of interface, key, method and arguments.</summary>
    public static IGrainFactory Answering(Func<Type, string, MethodInfo, object?[], object?> answer)
    {
        var factory = Create<IGrainFactory, FakeGrains>();
        ((FakeGrains)(object)factory)._answer = answer;
        return factory;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod is not { Name: "GetGrain", IsGenericMethod: true } || args![0] is not string key)
        {
            throw new NotSupportedException(targetMethod?.Name);
        }

        var type = targetMethod.GetGenericArguments()[0];
        return typeof(FakeGrain).GetMethod(nameof(FakeGrain.Make))!.MakeGenericMethod(type).Invoke(null, [key, _answer]);
    }

    /// <summary>One grain's reference.</summary>
    public class FakeGrain : DispatchProxy
    {
        private Type _type = null!;
        private string _key = "";
        private Func<Type, string, MethodInfo, object?[], object?> _answer = null!;

        public static T Make<T>(string key, Func<Type, string, MethodInfo, object?[], object?> answer)
            where T : class
        {
            var grain = Create<T, FakeGrain>();
            var fake = (FakeGrain)(object)grain;
            (fake._type, fake._key, fake._answer) = (typeof(T), key, answer);
            return grain;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(_type, _key, targetMethod!, args ?? []);
    }
}
