// The kernels of one instruction set as a table.
#include "declarations.hpp"

#define AMT_TEXT_OF(x) #x
#define AMT_TEXT(x) AMT_TEXT_OF(x)

namespace amt::AMT_ISA {

extern const Kernels table;
const Kernels table = {.name = AMT_TEXT(AMT_ISA),
                       .add_dropout = add_dropout,
                       .dropout = dropout,
                       .layernorm = layernorm,
                       .layernorm_backward = layernorm_backward,
                       .gelu = gelu,
                       .gelu_backward = gelu_backward,
                       .column_sums = column_sums,
                       .column_sums_bf16 = column_sums_bf16,
                       .exp_row = exp_row,
                       .attention_gradient = attention_gradient,
                       .log_sum_exp = log_sum_exp,
                       .softmax_gradient = softmax_gradient,
                       .softmax_gradient_bf16 = softmax_gradient_bf16,
                       .to_bf16 = to_bf16,
                       .to_float = to_float,
                       .add = add,
                       .scale = scale,
                       .dot = dot,
                       .sum_of_squares = sum_of_squares,
                       .adamw = adamw};

}  // namespace amt::AMT_ISA
