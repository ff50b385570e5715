#!/usr/bin/env python3
"""Small models as PyTorch exports them, with their inputs and outputs as PyTorch computes them.

Run as: python3 generate.py v1          (PyTorch 1.13; no other package)
Writes NAME.onnx and NAME.json: {"torch", "opset", "input": records x numbers, "outputs": records x numbers}.
"""
import json
import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(20)
FOLDER = sys.argv[1] if len(sys.argv) > 1 else "v1"


class Apply(nn.Module):
    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


def residual(m, x):
    y = F.relu(m.n1(m.c1(x)))
    y = m.n2(m.c2(y))
    return F.relu(y + m.down(x))


def block(inputs, outputs, stride):
    down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
    return Apply(residual, c1=nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), n1=nn.BatchNorm2d(outputs),
                 c2=nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), n2=nn.BatchNorm2d(outputs), down=down)


def lenet(m, x):
    x = F.max_pool2d(F.relu(m.c1(x)), 2)
    x = F.max_pool2d(F.relu(m.c2(x)), 2)
    x = x.view(x.size(0), -1)
    return m.f2(F.relu(m.f1(x)))


def branches(m, x):
    y = torch.cat([F.relu(m.a(x)), torch.tanh(m.b(x)), F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)], 1)
    return m.f(y.reshape(y.shape[0], -1))


def depthwise(m, x):
    return m.f(torch.flatten(m.body(x), 1))


def lenet_parts():
    return dict(c1=nn.Conv2d(1, 3, 5), c2=nn.Conv2d(3, 4, 3), f1=nn.Linear(16, 12), f2=nn.Linear(12, 4))


def line(m, x):
    return m.f(m.p(F.leaky_relu(m.n(m.c(x)), 0.1)).flatten(1))


def products(m, x):
    a, b = m.f(x), m.g(x)
    return torch.cat([(a * b).sum(1, True), a.norm(dim=1, keepdim=True), (b * b).mean(1, True)], 1)


def choices(m, x):
    a, b = m.f(x), m.g(x)
    y = torch.where(a > b, a * 2, b) + torch.where((a >= 0.5) & ~(b < 0), torch.tensor(3.0), b)
    return torch.where((a <= 0) | (b > 0.25), y, torch.tensor(-1.0))


CASES = {
    "mlp": (nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 8), nn.Tanh(), nn.Linear(8, 3)), (12,), {}),
    "mlp-double": (nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2)).double(), (6,), {}),
    "logistic": (nn.Sequential(nn.Linear(30, 1), nn.Sigmoid()), (30,), {}),
    "classifier": (nn.Sequential(nn.Linear(8, 10), nn.ReLU(), nn.Linear(10, 4), nn.Softmax(1)), (8,), {}),
    "log-softmax": (nn.Sequential(nn.Linear(6, 5), nn.LogSoftmax(-1)), (6,), {}),
    "lenet": (Apply(lenet, **lenet_parts()), (1, 18, 18), {}),
    "lenet-unfolded": (Apply(lenet, **lenet_parts()), (1, 18, 18), dict(opset_version=11, do_constant_folding=False, keep_initializers_as_inputs=True)),
    "lenet-fixed-batch": (Apply(lenet, **lenet_parts()), (1, 18, 18), dict(opset_version=9, dynamic_axes=None)),
    "residual": (nn.Sequential(nn.Conv2d(2, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, 1), block(4, 4, 1), block(4, 6, 2),
                               nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)), (2, 10, 10), dict(opset_version=16)),
    "residual-unfolded": (nn.Sequential(nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3), block(3, 3, 1), nn.Flatten(), nn.Linear(108, 2)), (2, 8, 8),
                          dict(opset_version=12, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE)),
    "depthwise": (Apply(depthwise, body=nn.Sequential(
        nn.Conv2d(3, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU6(), nn.Conv2d(4, 4, 3, 1, 1, groups=4, bias=False), nn.BatchNorm2d(4), nn.Hardswish(),
        nn.Conv2d(4, 6, 1), nn.PReLU(6), nn.AvgPool2d(2)), f=nn.Linear(24, 3)), (3, 8, 8), dict(opset_version=14)),
    "branches": (Apply(branches, a=nn.Conv2d(2, 3, 1), b=nn.Conv2d(2, 2, 3, padding=1), f=nn.Linear(7 * 25, 3)), (2, 5, 5), dict(opset_version=10)),
    "line": (Apply(line, c=nn.Conv1d(2, 5, 5, 2, 2), n=nn.BatchNorm1d(5), p=nn.MaxPool1d(2), f=nn.Linear(20, 2)), (2, 16), {}),
    "gates": (nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 8), nn.SiLU(), nn.Linear(8, 4), nn.ELU()), (6,), {}),
    "standardised": (Apply(lambda m, x: m.f((x - torch.tensor([10.0, 200, -3])) / torch.tensor([2.0, 50, 1])), f=nn.Linear(3, 2)), (3,), dict(scale=(10.0, 200.0, 3.0))),
    "moved": (Apply(lambda m, x: F.pad(x, (1, 0, 0, 1), value=0.5).permute(0, 2, 3, 1)[:, 1:, ::2].reshape(x.size(0), -1, 2).mean(1)), (2, 3, 4), {}),
    "norms": (nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.Linear(8, 3)), (6,), {}),
    "instance-norm": (nn.Sequential(nn.Conv2d(1, 2, 3), nn.InstanceNorm2d(2, affine=True), nn.ReLU(), nn.Flatten(), nn.Linear(32, 2)), (1, 6, 6), {}),
    "greatest": (Apply(lambda m, x: m.f(x).topk(2)[0], f=nn.Linear(5, 7)), (5,), {}),
    "place": (Apply(lambda m, x: m.f(x).argmax(1).float(), f=nn.Linear(5, 7)), (5,), {}),
    "products": (Apply(products, f=nn.Linear(5, 6), g=nn.Linear(5, 6)), (5,), {}),
    "one-hot": (Apply(lambda m, x: F.one_hot(m.f(x).argmax(1), 6).float() @ m.g.weight.T + (m.f(x).argmax(1, True) == 1).float(), f=nn.Linear(5, 6), g=nn.Linear(6, 2)), (5,), {}),
    "choices": (Apply(choices, f=nn.Linear(5, 6), g=nn.Linear(5, 6)), (5,), {}),
}


def main():
    generator = torch.Generator().manual_seed(20)
    for name, (model, shape, options) in CASES.items():
        options = dict(options)
        for module in model.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                with torch.no_grad():
                    module.running_mean.copy_(torch.randn(module.running_mean.shape, generator=generator) * 0.2)
                    module.running_var.copy_(torch.rand(module.running_var.shape, generator=generator) + 0.5)
                    module.weight.copy_(torch.rand(module.weight.shape, generator=generator) + 0.5)
                    module.bias.copy_(torch.randn(module.bias.shape, generator=generator) * 0.2)
        model.eval()
        kind = next((p.dtype for p in model.parameters()), torch.float32)
        x = (torch.randn(3, *shape, generator=generator) * torch.tensor(options.pop("scale", 1.0))).mul(1000).round().div(1000).to(kind)
        with torch.no_grad():
            y = model(x)
        options.setdefault("opset_version", 13)
        options.setdefault("dynamic_axes", {"x": {0: "n"}, "y": {0: "n"}})
        torch.onnx.export(model, x[:1], f"{FOLDER}/{name}.onnx", input_names=["x"], output_names=["y"], **options)
        document = {"torch": torch.__version__, "opset": options["opset_version"], "input": x.reshape(3, -1).double().mul(1000).round().div(1000).tolist(),
                    "outputs": y.reshape(3, -1).double().tolist()}
        with open(f"{FOLDER}/{name}.json", "w") as file:
            json.dump(document, file, separators=(",", ":"))
            file.write("\n")


if __name__ == "__main__":
    main()
