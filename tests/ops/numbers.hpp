// Random data, distances between results, and finite differences, for tests of Ops.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "amt/ops/weights.hpp"

namespace amt::test {

/// Returns n normally distributed numbers with this standard deviation, determined by the seed;
/// each is exact in fp32.
template <class T>
std::vector<T> normal(Dim n, std::uint64_t seed, double deviation = 1) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> distribution(0, deviation);
  std::vector<T> x(static_cast<std::size_t>(n));
  for (T& value : x) value = T(static_cast<float>(distribution(engine)));
  return x;
}

inline std::vector<std::uint16_t> random_tokens(Dim n, Dim vocab, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::vector<std::uint16_t> tokens(static_cast<std::size_t>(n));
  for (auto& token : tokens) token = static_cast<std::uint16_t>(engine() % std::uint64_t(vocab));
  return tokens;
}

template <class To, class From>
std::vector<To> convert(const std::vector<From>& x) {
  return std::vector<To>(x.begin(), x.end());
}

/// Returns the largest difference relative to the largest expected value; infinity if any number is
/// NaN.
template <class A, class B>
double distance(const std::vector<A>& actual, const std::vector<B>& expected) {
  if (actual.size() != expected.size()) return INFINITY;
  double difference = 0, largest = 1e-30;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double d = std::abs(double(actual[i]) - double(expected[i]));
    if (!(d < INFINITY)) return INFINITY;
    difference = std::max(difference, d);
    largest = std::max(largest, std::abs(double(expected[i])));
  }
  return difference / largest;
}

/// Casts a host fp32 vector to activations of the CPU's Ops.
inline Activation* act(std::vector<float>& x) { return reinterpret_cast<Activation*>(x.data()); }
inline const Activation* act(const std::vector<float>& x) {
  return reinterpret_cast<const Activation*>(x.data());
}

/// Registers host vectors as weights with the CPU's Ops.
class Refreshed {
 public:
  Refreshed(Ops& ops, const std::vector<float>& parameters)
      : weights_(ops, parameters.data(), static_cast<Dim>(parameters.size())) {
    weights_.refresh();
  }

 private:
  Weights weights_;
};

/// Returns the sum of weights x values, the scalar whose gradient a backward call with dout =
/// weights computes.
inline double weighted(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[i] * weights[i];
  return sum;
}

/// Compares every element of dx with the central difference of loss(), which reads x.
template <class Loss>
void expect_gradient(const std::string& name, std::vector<double>& x, const std::vector<double>& dx,
                     const Loss& loss) {
  constexpr double h = 1e-5;
  std::vector<double> numeric(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = x[i];
    x[i] = value + h;
    const double above = loss();
    x[i] = value - h;
    numeric[i] = (above - loss()) / (2 * h);
    x[i] = value;
  }
  EXPECT_LT(distance(dx, numeric), 1e-7) << name;
}

}  // namespace amt::test
