#include "amt/kernels/shapes.hpp"
#include "amt/ops/linear.hpp"
#include "context.hpp"
#include "sums.hpp"

namespace amt::cuda {

void run(Context& gpu, const LinearForward& op) {
  gpu.matmul.run(plan_linear_forward(op.n, op.in_width, op.out_width, op.pre != nullptr),
                 {gpu.weights(op.weight), op.x, op.out, gpu.weights(op.bias), op.pre});
}

void run(Context& gpu, const LinearBackward& op) {
  gpu.matmul.run(
      plan_linear_input(op.n, op.in_width, op.out_width, op.pre != nullptr),
      {gpu.weights(op.weight), op.dout, op.dx, nullptr, const_cast<Activation*>(op.pre)});
  gpu.matmul.run(plan_linear_weight(op.n, op.in_width, op.out_width), {op.dout, op.x, op.dweight});
  launch_column_sums(gpu.stream(), op.dbias,
                     gpu.partial.of<float>(shares_of(op.n).count * op.out_width),
                     reinterpret_cast<const Bf16*>(op.dout), op.n, op.out_width);
}

}  // namespace amt::cuda
