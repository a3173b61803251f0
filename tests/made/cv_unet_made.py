"""Makes a small frozen graph like the published CV-UNet ones: run with a Python that has tensorflow.

Two stages, a coarse and a fine U-Net, of random weights; ``input_image`` (H, W, 3; 0-255) goes in,
``output_png`` (H, W, 4; 8 bit) comes out.

    python cv_unet_made.py GRAPH.pb [wrong]
"""

import sys

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


def conv(x, width, name, step=1, relu=True):
    channels = x.shape[-1]
    kernel = np.random.default_rng(len(name)).normal(0, 0.3, (3, 3, channels, width)).astype(np.float32)
    x = tf.nn.conv2d(x, tf.constant(kernel), step, "SAME", name=name)
    ones, zeros = tf.ones([width]), tf.zeros([width])
    x, *_ = v1.nn.fused_batch_norm(x, ones, zeros, zeros, ones, is_training=False)
    return tf.nn.relu(x) if relu else x


def unet(x, name):
    first = conv(x, 8, name + "_a")
    low = conv(first, 12, name + "_b", 2)
    kernel = np.random.default_rng(5).normal(0, 0.3, (3, 3, 8, 12)).astype(np.float32)
    up = tf.nn.conv2d_transpose(low, tf.constant(kernel), tf.concat([tf.shape(first)[:3], [8]], 0), 2)
    return tf.sigmoid(conv(tf.concat([up, first], -1), 1, name + "_c", relu=False))


def main(path, wrong):
    with tf.Graph().as_default() as graph:
        image = v1.placeholder(tf.float32, [None, None, 3], name="input_image")
        batch = tf.expand_dims(image, 0)
        size = tf.shape(batch)[1:3]
        small = v1.image.resize_bilinear(batch / 255.0, [192, 160])
        coarse = v1.image.resize_bilinear(unet(small, "coarse"), [96, 80])
        fine_in = tf.concat([v1.image.resize_bilinear(batch / 255.0, [96, 80]), coarse], -1)
        alpha = v1.image.resize_bilinear(unet(fine_in, "fine"), size)
        rgba = tf.concat([batch, alpha * 255.0], -1)
        whole = tf.identity(rgba[0]) if wrong else tf.cast(tf.clip_by_value(rgba[0], 0.0, 255.0), tf.uint8)
        tf.identity(whole, name="output_png")
    with open(path, "wb") as file:
        file.write(graph.as_graph_def().SerializeToString())


main(sys.argv[1], len(sys.argv) > 2)
