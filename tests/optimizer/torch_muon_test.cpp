// Compares Muon with the results of torch.optim.Muon, which multiplies in bf16; torch_muon.py
// recorded them.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "amt/ops/muon.hpp"
#include "support/golden.hpp"

namespace amt {
namespace {

/// Returns the same numbers as the function in torch_muon.py.
std::vector<double> numbers(Dim count, double phase) {
  std::vector<double> all;
  for (Dim i = 0; i < count; ++i) {
    const double at = double(i * i) * 0.37 + double(i) * phase;
    all.push_back(double(float(std::fmod(at, 2.0) - 1)));
  }
  return all;
}

double root_mean_square(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value * value;
  return std::sqrt(sum / double(x.size()));
}

TEST(Muon, AgreesWithTorchUpToTheRoundingOfItsProducts) {
  const auto golden =
      nlohmann::json::parse(test::read_golden(test::golden_dir() / "muon" / "torch.json"));
  const MuonStep step{.learning_rate = golden.at("learning_rate"),
                      .momentum = golden.at("momentum"),
                      .weight_decay = golden.at("weight_decay")};
  for (const auto& expected : golden.at("cases")) {
    const Dim rows = expected.at("rows"), columns = expected.at("columns"), n = rows * columns;
    const std::vector<double> before = numbers(n, 0.11);
    std::vector<double> p = before, m(p.size()), change(p.size()), apart(p.size());
    for (int update = 0; update < golden.at("updates"); ++update) {
      const auto g = numbers(n, 0.23 + 0.17 * update);
      plain::run(MuonOf<double, double>{p.data(), m.data(), g.data(), nullptr, rows, columns,
                                        columns, step});
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      EXPECT_NEAR(m[i], expected.at("momentum")[i].get<double>(), 1e-6);
      change[i] = p[i] - before[i];
      apart[i] = p[i] - expected.at("parameters")[i].get<double>();
    }
    EXPECT_LT(root_mean_square(apart), 0.02 * root_mean_square(change)) << rows << "x" << columns;
  }
}

}  // namespace
}  // namespace amt
