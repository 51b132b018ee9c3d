// Matrix products in cuBLASLt's terms, as plain data. All matrices in memory are row-major, but
// cuBLASLt is column-major: it treats a row-major matrix [r, c] as a column-major [c, r] with
// leading dimension c. So c = a b is computed as c^T = b^T a^T, with the right factor first.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "amt/ops/types.hpp"

namespace amt::cuda {

/// The operation applied to each element of a product before it is stored.
enum class Epilogue : std::uint8_t {
  kNone,
  kBias,         ///< + bias [m]
  kGeluAuxBias,  ///< aux = element + bias; stores gelu(aux)
  kDgelu         ///< x gelu'(aux)
};

enum class Element : std::uint8_t { kBf16, kFloat };

/// Column-major d [m, n] = op(a) op(b) + (accumulate ? d : 0), op(a) [m, k], op(b) [k, n]; a and b
/// are bf16, sums fp32. aux [m, n] and the bias are bf16.
struct MatmulPlan {
  Dim m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
  Dim lda = 0, ldb = 0, ldd = 0;  ///< elements from column to column in memory
  Element output = Element::kBf16;
  bool accumulate = false;
  Epilogue epilogue = Epilogue::kNone;
  Dim ld_aux = 0;

  auto operator<=>(const MatmulPlan&) const = default;
};

/// The alignment of every operand of a product, in bytes.
constexpr std::size_t kOperandAlignment = 16;

/// Device memory, aligned to kOperandAlignment; operands that the plan's epilogue does not need are
/// null. d must not overlap the others.
struct MatmulOperands {
  const void* a;
  const void* b;
  void* d;
  const void* bias = nullptr;
  void* aux = nullptr;  ///< read by kDgelu, written by kGeluAuxBias
};

constexpr bool has_bias(Epilogue e) { return e == Epilogue::kBias || e == Epilogue::kGeluAuxBias; }
constexpr bool has_gelu(Epilogue e) { return e == Epilogue::kDgelu || e == Epilogue::kGeluAuxBias; }
/// GELU's input is read from or written to aux.
constexpr bool has_aux(Epilogue e) { return has_gelu(e); }

/// A column-major matrix in memory.
struct StoredMatrix {
  Dim rows, columns, leading;
};
constexpr StoredMatrix stored_a(const MatmulPlan& p) {
  return {p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.lda};
}
constexpr StoredMatrix stored_b(const MatmulPlan& p) {
  return {p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.ldb};
}
constexpr StoredMatrix stored_d(const MatmulPlan& p) { return {p.m, p.n, p.ldd}; }

enum class Stored : std::uint8_t { kAsItIs, kTransposed };

/// Returns the plan of the row-major product left [rows, inner] right [inner, columns]. A factor
/// that is stored transposed is [inner, rows] or [columns, inner] in memory. The plan's a is
/// `right`, its b is `left`.
constexpr MatmulPlan row_major_product(Dim rows, Dim columns, Dim inner, Stored left,
                                       Stored right) {
  MatmulPlan plan;
  plan.m = columns;
  plan.n = rows;
  plan.k = inner;
  plan.transpose_a = right == Stored::kTransposed;
  plan.transpose_b = left == Stored::kTransposed;
  plan.lda = plan.transpose_a ? inner : columns;
  plan.ldb = plan.transpose_b ? rows : inner;
  plan.ldd = columns;
  return plan;
}

/// Returns the plan with an epilogue; its aux has the layout of the product.
constexpr MatmulPlan with(MatmulPlan plan, Epilogue epilogue) {
  plan.epilogue = epilogue;
  plan.ld_aux = has_aux(epilogue) ? plan.ldd : 0;
  return plan;
}
/// Returns the plan without its GELU.
constexpr MatmulPlan without_gelu(MatmulPlan plan) {
  return with(plan, has_bias(plan.epilogue) ? Epilogue::kBias : Epilogue::kNone);
}
/// Returns the plan with an fp32 output to which the product is added.
constexpr MatmulPlan accumulated(MatmulPlan plan) {
  plan.output = Element::kFloat;
  plan.accumulate = true;
  return plan;
}

// --- The products that operators need. Each comment begins with the plan's operands (a, b). ---

/// (w, x): out [n, out] = x [n, in] w [in, out] + bias, or with GELU.
constexpr MatmulPlan plan_linear_forward(Dim n, Dim in, Dim out, bool gelu) {
  return with(row_major_product(n, out, in, Stored::kAsItIs, Stored::kAsItIs),
              gelu ? Epilogue::kGeluAuxBias : Epilogue::kBias);
}
/// (w, dout): dx [n, in] = dout [n, out] w^T, or the gradient before the GELU.
constexpr MatmulPlan plan_linear_input(Dim n, Dim in, Dim out, bool gelu) {
  return with(row_major_product(n, in, out, Stored::kAsItIs, Stored::kTransposed),
              gelu ? Epilogue::kDgelu : Epilogue::kNone);
}
/// (dout, x): dw [in, out] += x^T dout
constexpr MatmulPlan plan_linear_weight(Dim n, Dim in, Dim out) {
  return accumulated(row_major_product(in, out, n, Stored::kTransposed, Stored::kAsItIs));
}
/// (wte, x): logits [n, vocab] = x [n, width] wte^T, wte [vocab, width]
constexpr MatmulPlan plan_logits(Dim n, Dim vocab, Dim width, Element output) {
  MatmulPlan plan = row_major_product(n, vocab, width, Stored::kAsItIs, Stored::kTransposed);
  plan.output = output;
  return plan;
}
/// (wte, dlogits): dx [n, width] = dlogits [n, vocab] wte
constexpr MatmulPlan plan_logits_input(Dim n, Dim vocab, Dim width) {
  return row_major_product(n, width, vocab, Stored::kAsItIs, Stored::kAsItIs);
}
/// (x, dlogits): dwte [vocab, width] += dlogits^T x
constexpr MatmulPlan plan_logits_weight(Dim n, Dim vocab, Dim width) {
  return accumulated(row_major_product(vocab, width, n, Stored::kTransposed, Stored::kAsItIs));
}

}  // namespace amt::cuda
